"""Names as banks and people write them: the noise of the frozen matching set."""

from random import Random

from rapidfuzz.distance import Levenshtein

PLAIN = str.maketrans("åäæéèöøü", "aaaeeoou")


def noisy(name: str, rng: Random) -> str:
    """A name as banks and people write it: turned, in capitals, transliterated, its suffix lost, with one typing slip."""
    words = name.split()
    if len(words[-1]) <= 3 and words[-1].isupper() and rng.random() < 0.3:
        name = " ".join(words[:-1])
    elif len(words) == 2 and rng.random() < 0.35:
        name = f"{words[1]}{rng.choice((' ', ', '))}{words[0]}"
    if rng.random() < 0.2:
        name = _transliterated(name, rng)
    if rng.random() < 0.15:
        name = _slip(name, rng)
    if rng.random() < 0.05:
        name = f"{name} {rng.choice(('c/o', 'm fl', 'AB', 'HB', 'Boule'))}"
    return name.upper() if rng.random() < 0.5 else name


def plain(name: str) -> str:
    return " ".join(sorted(name.lower().translate(PLAIN).replace(",", " ").split()))


def near(one: str, other: str) -> bool:
    return Levenshtein.distance(plain(one), plain(other)) <= 4


def _transliterated(name: str, rng: Random) -> str:
    pairs = rng.choice((
        {"å": "a", "ä": "a", "ö": "o", "é": "e", "ø": "o", "ü": "u", "è": "e", "ë": "e"},
        {"å": "aa", "ä": "ae", "ö": "oe", "é": "e", "ø": "oe", "ü": "ue", "è": "e", "ë": "e"},
        {"å": "Ã¥", "ä": "Ã¤", "ö": "Ã¶", "é": "Ã©"},
    ))  # fmt: skip
    return "".join(pairs.get(c, pairs[c.lower()].capitalize() if c.lower() in pairs else c) for c in name)


def _slip(name: str, rng: Random) -> str:
    at = rng.randrange(1, len(name) - 1)
    return rng.choice((
        name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + rng.choice("aeinrst") + name[at + 1 :],
    ))  # fmt: skip
