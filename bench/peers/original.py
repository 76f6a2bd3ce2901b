"""Fills a dimension of the Python original and asks it, through its public interface.

Reads {"path", "way", "documents": [{"id", "text"}], "questions": [text]} from standard input and
writes {"rankings": [[id]], "add_ms", "ask_ms"} to standard output.
"""

import contextlib
import json
import sys
import time

from alt_memory.dimension import Dimension


def opened(path):
    dimension = Dimension(path)
    dimension.init()
    return dimension


def fill(dimension, documents, way):
    if way == "bulk":
        rows = [("bench", "set", d["text"], {}, "", d["id"]) for d in documents]
        dimension.batch_add_entities(rows)
        return
    for document in documents:
        dimension.add_entity("bench", "set", document["text"], entity_id=document["id"])


def timed(work):
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def main():
    task = json.load(sys.stdin)
    # What the original prints belongs to its log, not to the answer.
    with contextlib.redirect_stdout(sys.stderr):
        # It chooses its lasting embedder when a dimension is opened for the second time.
        opened(task["path"]).close()
        dimension = opened(task["path"])
        _, add_ms = timed(lambda: fill(dimension, task["documents"], task["way"]))
        rankings, ask_ms = timed(
            lambda: [
                [hit.id for hit in dimension.search(question, n_results=10)]
                for question in task["questions"]
            ]
        )
    json.dump({"rankings": rankings, "add_ms": add_ms, "ask_ms": ask_ms}, sys.stdout)


main()
