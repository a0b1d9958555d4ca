"""A page of a checkout as Streamlit's AppTest runs it; `pages.py` starts this in the checkout and gives orders.

It says that it is ready, then answers each order: a line of JSON each, on standard input and output. {"query": {...}}
runs the page with that in its URL; {} imports TensorFlow, as the server does in the background, and runs the page until
nothing more comes of what it computes there.
"""

import gc
import json
import os
import runpy
import sys
import time

TIMEOUT_S = 120
WAITS = b"TensorFlow is"  # what a page says until it is imported


def wait_until_idle(until: float) -> None:
    """Wait for whatever this process computes in the background."""
    while time.monotonic() < until:
        before = time.process_time()
        time.sleep(1)
        if time.process_time() - before < 0.05:
            return


def main(page: str) -> None:
    from streamlit.testing.v1 import AppTest, local_script_runner

    runpy.run_path("app.py", run_name="app")  # what the server imports once, with the addresses of its own
    sent: list[bytes] = []
    parse = local_script_runner.parse_tree_from_messages

    def counted(messages):
        sent[:] = [message.SerializeToString() for message in messages]
        return parse(messages)

    local_script_runner.parse_tree_from_messages = counted
    app = AppTest.from_file(os.path.abspath("app.py"), default_timeout=TIMEOUT_S)
    app.switch_page(page)

    def timed() -> dict[str, float]:
        began, cpu_began = time.perf_counter(), time.process_time()
        app.run()
        found = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu_began}
        if app.exception:
            raise SystemExit(f"{page} raised: {app.exception[0].message}")
        return found

    def import_tensorflow() -> None:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401

        until, before = time.monotonic() + TIMEOUT_S, -1
        while time.monotonic() < until:
            timed()
            wait_until_idle(until)  # what is computed once, such as a replay, comes with a later run
            now = sum(map(len, sent))
            if now == before and not any(WAITS in message for message in sent):
                break
            before = now
        gc.collect()

    print("{}", flush=True)  # ready
    for line in sys.stdin:
        order = json.loads(line)
        if "query" in order:
            app.query_params.update(order["query"])
            found = timed() | {"bytes": sum(map(len, sent))}
        else:
            found = {}
            import_tensorflow()
        print(json.dumps(found), flush=True)
    os._exit(0)  # what a page computes in the background is not waited for


if __name__ == "__main__":
    main(sys.argv[1])
