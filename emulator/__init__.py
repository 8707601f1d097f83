"""The local emulator suite: all that the runtime talks to, on one machine.

A room imports only itself and rooms that stand above it in this list:

    paths      where the repository and its cache lie
    process    child processes, signals, ports, HTTP between processes, files that change
    billing    what the functions' calls would cost in the cloud
    faults     what goes wrong on purpose: the settings, and the decisions that follow from a seed
    firestore  Google's Firestore emulator, its installation, and the check of composite indexes
    web        what runs on Node.js: the Auth emulator, and the guest page's server
    config     what firebase.json says
    storage    Cloud Storage
    functions  the process that serves the functions, and its supervisor
    delivery   what brings Firestore's events, schedules and tasks to the functions
    suite      all of them, started and stopped together, and their control over HTTP
    demo       the demo's data, a guest's visit, and a chaos run
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
    "cli",
    "__main__",
)
