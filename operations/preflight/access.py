"""The roles of the functions' service account, wherever they are granted."""

from operations.preflight import needs
from operations.preflight.project import Found, Missing, Project

IAM = "https://iam.googleapis.com/v1"


def roles(project: Project) -> Found:
    """Each role of needs.ROLES, on the project or on what it is for."""
    url = f"https://cloudresourcemanager.googleapis.com/v3/projects/{project.id}:getIamPolicy"
    of_project = _granted(project, url, read_by_post=True)
    for role in (*needs.ROLES, *([needs.TOKEN_VERIFIER] if project.consumes_tokens else [])):
        if of_project & {role.name, *role.included_in}:
            continue
        for what, policy, grant in _places(project, role):
            if policy is None or role.name not in _granted(
                project, policy, read_by_post=policy.startswith(IAM)
            ):
                member = f"--member=serviceAccount:{project.account} --role={role.name}"
                yield Missing(f"{role.name} on {what}", f"gcloud {grant} {member}")


def _places(project: Project, role: needs.Role) -> list[tuple[str, str | None, str]]:
    """What the role may be granted on: its name, the URL of its policy, the command's beginning."""
    of = f"--project={project.id}"
    match role.on:
        case "project":
            return [("the project", None, f"projects add-iam-policy-binding {project.id}")]
        case "bucket":
            url = f"https://storage.googleapis.com/storage/v1/b/{project.bucket}/iam"
            grant = f"storage buckets add-iam-policy-binding gs://{project.bucket}"
            return [("the bucket", url, grant)]
        case "account":
            url = f"{IAM}/projects/{project.id}/serviceAccounts/{project.account}:getIamPolicy"
            grant = f"iam service-accounts add-iam-policy-binding {project.account} {of}"
            return [("itself", url, grant)]
        case "secrets":
            base = f"https://secretmanager.googleapis.com/v1/projects/{project.id}/secrets"
            return [
                (
                    f"the secret {name}",
                    f"{base}/{name}:getIamPolicy",
                    f"secrets add-iam-policy-binding {name} {of}",
                )
                for name in project.secrets
            ]
    return [
        (
            name,
            f"https://run.googleapis.com/v2/{project.location}/services/{name.lower()}:getIamPolicy",
            f"run services add-iam-policy-binding {name.lower()} --region={project.region} {of}",
        )
        for name in sorted(project.declared.queues)
        if name in project.functions  # the check of functions says which of them are missing
    ]


def _granted(project: Project, url: str, *, read_by_post: bool) -> set[str]:
    """The roles that a policy gives to the functions' service account."""
    policy = (project.answers.post(url) if read_by_post else project.answers.get(url)) or {}
    member = f"serviceAccount:{project.account}"
    return {
        each["role"] for each in policy.get("bindings", []) if member in each.get("members", [])
    }
