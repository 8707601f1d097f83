"""Asking a language model, with a record of it before and after."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, transactions
from experience.ai_generations import store
from experience.ai_generations.models import (
    AiGeneration,
    AiGenerationView,
    CreateAiGeneration,
    GenerationStatus,
    prompt_of,
)
from experience.ai_generations.usecases import images
from experience.campaigns.models import life_cycle
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.store import campaign_ref, get_campaign
from experience.errors import AlreadyExists
from experience.ids import derived_id, fingerprint, new_id
from experience.language_models import registry, structured
from experience.language_models.models import LanguageModel, ModelFailed, Usage
from experience.language_models.outputs import ColourTheme
from experience.language_models.prompts import Prompt
from experience.store import find, parse
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role
from experience.workspaces.usecases.tokens import read_token_budget, settle_tokens

CALL_SECONDS = 240
"""The time limit of the callable: three calls of a model, of a minute each, and what is around."""


def create_ai_generation(uid: str, request: CreateAiGeneration) -> AiGenerationView:
    """Generate something and return it, completed or failed; editors.

    Three reads and two writes before the model is called, one read and two writes after; a campaign
    is one read more each time, a requestId one in all. A picture is stored once.

    Asked again under one requestId it returns the first call's generation as it is now. Raises
    ResourceExhausted `token_budget`, FailedPrecondition `model_not_configured`, `campaign_deleted`
    and `campaign_closed`, and AlreadyExists `request_id_reused`.
    """
    client = clients.firestore()
    model = registry.language_model()
    generation, prompt, is_new = _begin(client, uid, request, model)
    if is_new:
        generation = end_generation(client, generation, _generated(generation, prompt, model))
    return AiGenerationView.of(generation, images.image_url(generation))


def _generated(generation: AiGeneration, prompt: Prompt, model: LanguageModel) -> AiGeneration:
    """The generation as the model's response ends it."""
    usage, attempts = Usage(), 0
    try:
        made = structured.complete(model, prompt.messages, prompt.schema, prompt.max_tokens)
        usage, attempts = made.usage, made.attempts
        output = made.value.model_dump(mode="json", by_alias=True)
        if isinstance(made.value, ColourTheme) and generation.has_image:
            output["logoUrl"] = images.draw_emblem(generation.tenant_id, prompt.brief, made.value)
    except ModelFailed as failed:
        if attempts:  # the model had its part done
            failed.usage, failed.attempts = usage, attempts
        return generation.failed(failed, clock.now_ms())
    return generation.completed(output, usage, attempts, clock.now_ms())


def _begin(
    client: Client, uid: str, request: CreateAiGeneration, model: LanguageModel
) -> tuple[AiGeneration, Prompt, bool]:
    """Write the generation down as pending, with the tokens that it may use."""
    workspace, asked = request.workspace_id, request.request_id
    generation_id = derived_id("ai_generation", workspace, uid, asked) if asked else new_id()
    mark = fingerprint(request.model_dump(mode="json", exclude={"request_id"})) if asked else None
    reference = store.generation_ref(client, workspace, generation_id)

    def body(transaction: Transaction) -> tuple[AiGeneration, Prompt, bool]:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        campaign = _campaign(client, request, transaction)
        prompt = prompt_of(request, campaign)
        if asked and (existing := find(client, reference, AiGeneration, transaction)):
            if existing.request != mark:
                raise AlreadyExists(
                    "request_id_reused", "This requestId belongs to another request."
                )
            return existing, prompt, False
        now = clock.now_ms()
        budget = read_token_budget(client, transaction, workspace, now)
        most = structured.max_usage(model, prompt.messages, prompt.schema, prompt.max_tokens)
        reservation = budget.reserve(transaction, most)
        params = request.params.model_dump(mode="json", by_alias=True)
        generation = AiGeneration(
            id=generation_id,
            tenant_id=workspace,
            user_id=uid,
            campaign_id=request.campaign_id,
            generation_type=request.generation_type,
            input_params={**params, "locale": prompt.brief.locale},
            llm_model=model.name,
            prompt_version=prompt.version,
            reservation=reservation,
            request=mark,
            created_at=now,
            updated_at=now,
        )
        transaction.create(reference, generation.dump())
        return generation, prompt, True

    return transactions.run_optimistic(client, body)


def _campaign(
    client: Client, request: CreateAiGeneration, transaction: Transaction
) -> Campaign | None:
    if request.campaign_id is None:
        return None
    campaign = get_campaign(client, request.workspace_id, request.campaign_id, transaction)
    life_cycle.after(campaign, Move.UPDATE)
    return campaign


def end_generation(client: Client, generation: AiGeneration, ended: AiGeneration) -> AiGeneration:
    """Write how a pending generation ended, and settle its tokens, once. Returns what is stored.

    One read, and one more for its campaign; two writes. The campaign is read under a lock: if it
    was deleted meanwhile the generation lets go of it, and if it is deleted from here on, the event
    of that finds the generation.
    """
    reference = store.generation_ref(client, generation.tenant_id, generation.id)
    references: list[DocumentReference] = [reference]
    if generation.campaign_id:
        references.append(campaign_ref(client, generation.tenant_id, generation.campaign_id))

    def body(transaction: Transaction) -> AiGeneration:
        first, *rest = transactions.read(client, references, transaction)
        current = parse(first, AiGeneration)
        if current is None or current.status is not GenerationStatus.PENDING:
            return current or ended  # the sweep was first
        campaigns = [parse(each, Campaign) for each in rest]
        is_gone = any(each is None or each.deleted for each in campaigns)
        campaign_id = None if is_gone else current.campaign_id
        changed = ended.model_copy(update={"campaign_id": campaign_id})
        transaction.update(reference, current.difference(changed))
        if generation.reservation and ended.attempts:
            settle_tokens(
                client, transaction, generation.tenant_id, generation.reservation, ended.usage
            )
        return changed

    return transactions.run(client, body)
