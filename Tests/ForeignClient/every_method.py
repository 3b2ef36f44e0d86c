"""Every method of the wire, from Python with a socket and protobuf alone, before a real posetransferd and the simulator.

    python3 every_method.py FOLDER_OF_THE_PROGRAMS EMPTY_FOLDER

Each line that it prints is a sentence of the wire protocol's document that was tried, exit status 1 at the first that does not
hold. The parts are the modules beside this file.
"""

import os
import sys
import traceback

from cancelling import cancels
from listing import lists
from opening import descriptions, openings
from operating import admin, drain
from putting import put_images
from stage import Stage
from submitting import submits
from tight import SERVER, STORAGE, limits
from watching import streams
from wire import Closed, Refused


def play(stage, *parts):
    try:
        for part in parts:
            print(f"-- {part.__name__.replace('_', ' ')}", flush=True)
            part(stage)
    finally:
        stage.end()


def main():
    programs, folder = sys.argv[1], os.path.abspath(sys.argv[2])
    stage = Stage(programs, folder + "/usual")
    play(stage, put_images, submits, streams, cancels, lists, descriptions, openings, admin, drain)
    play(Stage(programs, folder + "/tight", server=SERVER, storage=STORAGE), limits)
    print("every method keeps its promises")


try:
    main()
except (Refused, Closed, TimeoutError, AssertionError, OSError, StopIteration) as failure:
    traceback.print_exc()
    print(f"FAILED  {type(failure).__name__}: {failure}")
    sys.exit(1)
