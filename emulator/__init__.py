"""The local emulator suite: all that the runtime talks to, on one machine.

A room is a module or a package. It imports only itself and rooms above it in this list:

    paths      where the repository and its cache lie
    process    child processes, signals, ports, HTTP between processes, file events
    billing    the meter, and the list prices that it applies
    faults     faults that are injected on purpose: their settings, and decisions by a seed
    firestore  Google's Firestore emulator, its installation, and the check of composite indexes
    web        what runs on Node.js: the Auth emulator, and the dev server of the guest page
    config     the settings of firebase.json
    storage    an emulator of Cloud Storage
    functions  the process that serves the functions, and its supervisor
    delivery   the routing of events, the scheduler and the task queues
    suite      all emulators, started and stopped together, and their control over HTTP
    demo       the demo's data, a guest's visit, and a chaos run
    rehearsal  an evening with many guests and faults, and the report about it
    cli        the commands and their options
    __main__   python -m emulator
"""

ROOMS = (
    "paths",
    "process",
    "billing",
    "faults",
    "firestore",
    "web",
    "config",
    "storage",
    "functions",
    "delivery",
    "suite",
    "demo",
    "rehearsal",
    "cli",
    "__main__",
)
