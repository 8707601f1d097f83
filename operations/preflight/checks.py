"""The checks of a project, in the shapes of Google's REST references.

Such as https://firebase.google.com/docs/firestore/reference/rest and
https://cloud.google.com/identity-platform/docs/reference/rest/v2/Config
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from operations.preflight import needs
from operations.preflight.access import roles
from operations.preflight.answers import listed
from operations.preflight.project import DATABASE, Found, Missing, Project


def billing(project: Project) -> Found:
    url = f"https://cloudbilling.googleapis.com/v1/projects/{project.id}/billingInfo"
    if not (project.answers.get(url) or {}).get("billingEnabled"):
        fix = f"gcloud billing projects link {project.id} --billing-account=ACCOUNT"
        yield Missing("billing (the Blaze plan)", fix)


def budget(project: Project) -> Found:
    url = f"https://cloudbilling.googleapis.com/v1/projects/{project.id}/billingInfo"
    account = (project.answers.get(url) or {}).get("billingAccountName", "")
    if not account:
        return  # the check of billing says so
    found = listed(
        project.answers, f"https://billingbudgets.googleapis.com/v1/{account}/budgets", "budgets"
    )
    for each in found:
        of = each.get("budgetFilter", {}).get("projects", [])
        if (not of or f"projects/{project.number}" in of) and each.get("thresholdRules"):
            return
    options = f"--billing-account={account.rpartition('/')[2]} --display-name={project.id}"
    options += f" --filter-projects=projects/{project.id} --budget-amount=100USD"
    yield Missing(
        "a budget with alerts",
        f"gcloud billing budgets create {options}"
        " --threshold-rule=percent=0.5 --threshold-rule=percent=1.0",
    )


def apis(project: Project) -> Found:
    url = f"https://serviceusage.googleapis.com/v1/projects/{project.id}/services"
    enabled = {
        str(each["name"]).rpartition("/")[2]
        for each in listed(project.answers, f"{url}?filter=state:ENABLED&pageSize=200", "services")
    }
    needed = [*needs.APIS, *(["secretmanager"] if project.secrets else [])]
    needed += ["firebaseappcheck"] if project.enforces_app_check else []
    for name in (f"{each}.googleapis.com" for each in needed):
        if name not in enabled:
            yield Missing(
                f"the API {name}", f"gcloud services enable {name} --project={project.id}"
            )


def database(project: Project) -> Found:
    found = project.answers.get(project.database)
    if found is None:
        options = f"--location=LOCATION --type=firestore-native --project={project.id}"
        yield Missing("the Firestore database", f"gcloud firestore databases create {options}")
    elif found["type"] != "FIRESTORE_NATIVE":
        options = f"--database='{DATABASE}' --type=firestore-native --project={project.id}"
        yield Missing(
            f"Firestore in native mode (it is {found['type']})",
            f"gcloud firestore databases update {options}  # only while it is empty",
        )


def indexes(project: Project) -> Found:
    url = f"{project.database}/collectionGroups/-/indexes?pageSize=1000"
    states = {
        _key(each, _group(each)): each["state"] for each in listed(project.answers, url, "indexes")
    }
    for declared in needs.indexes()["indexes"]:
        state = states.get(_key(declared, declared["collectionGroup"]))
        if state == "READY":
            continue
        fields = ", ".join(each["fieldPath"] for each in declared["fields"])
        what = f"the index of {declared['collectionGroup']} by {fields}"
        if state is None:
            yield Missing(what, _deploy(project, "firestore:indexes"))
        else:
            yield Missing(f"{what} ({state})", "wait until it is READY")


def _group(resource: dict[str, Any]) -> str:
    """The collection group in the name of an index or a field."""
    return str(resource["name"]).split("/collectionGroups/")[1].partition("/")[0]


def _key(index: dict[str, Any], group: str) -> tuple[Any, ...]:
    """An index without its name, and without the order by name that each ends with."""
    fields = [
        (each["fieldPath"], each.get("order") or each.get("arrayConfig"))
        for each in index["fields"]
        if each["fieldPath"] != "__name__"
    ]
    return (group, index["queryScope"], *fields)


def ttl_policies(project: Project) -> Found:
    url = f"{project.database}/collectionGroups/-/fields?filter=ttlConfig:*&pageSize=1000"
    states = {
        (_group(each), str(each["name"]).rpartition("/")[2]): each["ttlConfig"].get("state")
        for each in listed(project.answers, url, "fields")
        if "ttlConfig" in each
    }
    for declared in needs.indexes()["fieldOverrides"]:
        group, field = declared["collectionGroup"], declared["fieldPath"]
        state = states.get((group, field))
        if not declared.get("ttl") or state in {"ACTIVE", "CREATING"}:  # new documents have it
            continue
        yield Missing(
            f"the TTL policy of {group}.{field}" + (f" ({state})" if state else ""),
            f"gcloud firestore fields ttls update {field} --collection-group={group}"
            f" --enable-ttl --project={project.id}",
        )


def backups(project: Project) -> Found:
    found = project.answers.get(f"{project.database}/backupSchedules") or {}
    if not found.get("backupSchedules"):
        options = f"--database='{DATABASE}' --recurrence=daily --retention=7d"
        fix = f"gcloud firestore backups schedules create {options} --project={project.id}"
        yield Missing("a schedule of backups", fix)


def bucket(project: Project) -> Found:
    found = project.bucket and project.answers.get(
        f"https://storage.googleapis.com/storage/v1/b/{project.bucket}"
    )
    if not found:
        yield Missing(
            "the default bucket",
            f"https://console.firebase.google.com/project/{project.id}/storage (Get started)",
        )
        return
    update = f"gcloud storage buckets update gs://{project.bucket}"
    if found.get("cors") != needs.cors():
        yield Missing("the bucket's CORS", f"{update} --cors-file=storage.cors.json")
    kept = int(found.get("softDeletePolicy", {}).get("retentionDurationSeconds", 0))
    if kept:
        yield Missing(
            f"an end of soft delete (objects stay for {kept // 86_400} days)",
            f"{update} --clear-soft-delete",
        )


def queues(project: Project) -> Found:
    url = f"https://cloudtasks.googleapis.com/v2/{project.location}/queues?pageSize=1000"
    states = {
        str(each["name"]).rpartition("/")[2]: each["state"]
        for each in listed(project.answers, url, "queues")
    }
    for name in sorted(project.declared.queues):
        if name not in states:
            yield Missing(f"the queue {name}", _deploy(project, f"functions:{name}"))
        elif states[name] != "RUNNING":
            options = f"{name} --location={project.region} --project={project.id}"
            yield Missing(
                f"a running queue {name} ({states[name]})", f"gcloud tasks queues resume {options}"
            )


def functions(project: Project) -> Found:
    for name in sorted(project.declared.functions - project.functions.keys()):
        yield Missing(f"the function {name}", _deploy(project, f"functions:{name}"))
    for name, found in sorted(project.functions.items()):
        if name not in project.declared.functions:
            if found.get("labels", {}).get("firebase-functions-codebase") == "default":
                options = f"{name} --region {project.region} --project {project.id}"
                yield Missing(f"the code of {name}", f"firebase functions:delete {options}")
        elif found["state"] != "ACTIVE":
            what = f"a working function {name} ({found['state']})"
            yield Missing(what, _deploy(project, f"functions:{name}"))


def secrets(project: Project) -> Found:
    base = f"https://secretmanager.googleapis.com/v1/projects/{project.id}/secrets"
    for name in project.secrets:
        version = project.answers.get(f"{base}/{name}/versions/latest")
        if version is None or version["state"] != "ENABLED":
            what = f"the secret {name} with an enabled version"
            fix = f"firebase functions:secrets:set {name} --project {project.id}"
            yield Missing(what, fix)


def sign_in(project: Project) -> Found:
    found = _auth(project)
    if not found.get("signIn", {}).get("anonymous", {}).get("enabled"):
        console = f"https://console.firebase.google.com/project/{project.id}/authentication"
        yield Missing("anonymous sign-in", f"{console}/providers")


def sign_ups(project: Project) -> Found:
    raised = _auth(project).get("quota", {}).get("signUpQuotaConfig", {})
    if int(raised.get("quota", 0)) > needs.SIGN_UPS_PER_HOUR:
        began = datetime.fromisoformat(raised["startTime"])
        seconds = float(str(raised["quotaDuration"]).removesuffix("s"))
        if began.timestamp() + seconds > datetime.now(UTC).timestamp():
            return
    console = f"https://console.firebase.google.com/project/{project.id}/authentication"
    yield Missing(
        f"more than {needs.SIGN_UPS_PER_HOUR} sign-ups an hour for one IP address",
        f"{console}/settings (Sign-up quota), for the days of the event",
    )


def _auth(project: Project) -> dict[str, Any]:
    url = f"https://identitytoolkit.googleapis.com/admin/v2/projects/{project.id}/config"
    return project.answers.get(url) or {}


def app_check(project: Project) -> Found:
    url = f"https://firebaseappcheck.googleapis.com/v1/projects/{project.number}/services"
    found = project.answers.get(f"{url}/firestore.googleapis.com") or {}
    enforced = found.get("enforcementMode") == "ENFORCED"
    if enforced == project.enforces_app_check:
        return
    if enforced:
        fix = f"echo ENFORCE_APP_CHECK=true >> functions/.env.{project.id}, and deploy"
        yield Missing("App Check for callables, as for Firestore", fix)
    else:
        console = f"https://console.firebase.google.com/project/{project.id}/appcheck"
        yield Missing("App Check for Firestore, as for callables", f"{console} (Enforce)")


def _deploy(project: Project, only: str) -> str:
    return f"firebase deploy --only {only} --project {project.id}"


CHECKS: tuple[Callable[[Project], Found], ...] = (
    billing,
    budget,
    apis,
    database,
    indexes,
    ttl_policies,
    backups,
    bucket,
    functions,
    queues,
    secrets,
    roles,
    sign_in,
    sign_ups,
    app_check,
)
