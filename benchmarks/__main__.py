"""All benchmarks in a small form, one after the other; each has its full form under its own name.

python -m benchmarks              minutes, small
python -m benchmarks.imports      the figures of docs/figures.md, and so on for each
"""

import subprocess
import sys

SMALL = {
    "start": (),
    "match_quality": (),
    "suggestions": ("--small",),
    "searches": ("--invoices", "20000"),
    "imports": ("--invoices", "20000"),
    "ingest": ("--transfers", "10000"),
    "refund_storm": (),
    "calls": (),
    "subscription_year": ("--subscriptions", "300", "--days", "120"),
    "mrr": ("--movements", "200000"),
    "dunning": ("--invoices", "5000"),
    "sync": ("--transactions", "5000"),
    "reconciliation": (),
    "dashboard": ("--movements", "200000", "--journals", "50000"),
    "exports": ("--invoices", "50000", "--xlsx", "20000", "--pdf", "5000"),
    "reads": ("--rows", "20000", "--seconds", "3"),
}


def main() -> int:
    failed = []
    for name, options in SMALL.items():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all done")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
