"""Everything that is deployed, one folder per domain, in import order.

A domain has up to four layers, each a module or, where it is more than a page, a package:
`models` (documents, requests, decisions), `store` (where they live), `usecases` (one module for
each verb or group of verbs) and `endpoints` (callables, triggers, tasks and schedules; each has the
name of its use case). A layer imports only the ones before it. A callable returns what its use case
returns. `steps`, `imaging`, `providers` and `language_models` are libraries and have rooms of their
own.

A domain imports only shared modules and domains that stand above it in this list:

    steps        the eleven step types and the checks of what a guest answers
    imaging      from the bytes of a photo to those of a picture, without network or database
    providers    who makes a picture: the imaging, or a vendor
    language_models   who writes texts, colours and plans: our templates, or a vendor
    progress     what a player's progress is counted by: rules, calendar, geography
    workspaces   tenants, members and their roles, experiences and their published versions
    checkpoints  threads of LangGraph's graphs: their checkpoints, and what expires
    workflows    durable runs of skills: definitions, runs, cache, artifacts
    projects     what a guest visits: its config, its phases and the page a guest may see
    guests       a visitor of one project and what they completed
    sessions     one run through an experience, from creation to completion
    events       the earlier, event-centred way: events, their journeys, steps and experiences
    media        signed uploads, their confirmation, and download addresses
    transforms   the job that turns a capture into a picture
    journeys     a guest's session of an event: inputs, one photo, and the picture made of it
    shares       short addresses of pictures, their pages, and taking all addresses back
    mails        the one mail with a picture's address, for the extension that sends it
    players      profiles, progress in experiences, its log, boards and analytics
    campaigns    campaigns: their life, their build, and playing them for prizes
    ai_generations   what language models make of a brief, and what people accept of it
    assistant    chats of members with a language model that can call the other domains
    retention    deleting what has been kept for long enough
"""

DOMAINS = (
    "steps",
    "imaging",
    "providers",
    "language_models",
    "progress",
    "workspaces",
    "checkpoints",
    "workflows",
    "projects",
    "guests",
    "sessions",
    "events",
    "media",
    "transforms",
    "journeys",
    "shares",
    "mails",
    "players",
    "campaigns",
    "ai_generations",
    "assistant",
    "retention",
)
