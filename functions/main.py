"""Everything that is deployed, by the name under which clients and Google's services know it."""

from experience.ai_generations.endpoints import accept_ai_generation as acceptAiGeneration
from experience.ai_generations.endpoints import create_ai_generation as createAiGeneration
from experience.ai_generations.endpoints import get_ai_generation as getAiGeneration
from experience.ai_generations.endpoints import list_ai_generations as listAiGenerations
from experience.ai_generations.endpoints import on_campaign_deleted as onCampaignDeleted
from experience.ai_generations.endpoints import reject_ai_generation as rejectAiGeneration
from experience.ai_generations.endpoints import sweep_ai_generations as sweepAiGenerations
from experience.assistant.endpoints import confirm_proposal as confirmProposal
from experience.assistant.endpoints import delete_chat_session as deleteChatSession
from experience.assistant.endpoints import get_chat_messages as getChatMessages
from experience.assistant.endpoints import list_chat_sessions as listChatSessions
from experience.assistant.endpoints import rename_chat_session as renameChatSession
from experience.assistant.endpoints import send_chat_message as sendChatMessage
from experience.assistant.endpoints import stop_chat_message as stopChatMessage
from experience.assistant.endpoints import sweep_chats as sweepChats
from experience.campaigns.endpoints import archive_campaign as archiveCampaign
from experience.campaigns.endpoints import close_campaign as closeCampaign
from experience.campaigns.endpoints import create_campaign as createCampaign
from experience.campaigns.endpoints import create_tickets as createTickets
from experience.campaigns.endpoints import delete_campaign as deleteCampaign
from experience.campaigns.endpoints import export_plays as exportPlays
from experience.campaigns.endpoints import generate_campaign as generateCampaign
from experience.campaigns.endpoints import get_campaign as getCampaign
from experience.campaigns.endpoints import get_campaign_funnel as getCampaignFunnel
from experience.campaigns.endpoints import get_embed_code as getEmbedCode
from experience.campaigns.endpoints import get_play as getPlay
from experience.campaigns.endpoints import list_campaigns as listCampaigns
from experience.campaigns.endpoints import list_plays as listPlays
from experience.campaigns.endpoints import play_campaign as playCampaign
from experience.campaigns.endpoints import redeem_claim as redeemClaim
from experience.campaigns.endpoints import restore_campaign as restoreCampaign
from experience.campaigns.endpoints import reveal_draws as revealDraws
from experience.campaigns.endpoints import revoke_tickets as revokeTickets
from experience.campaigns.endpoints import sweep_campaigns as sweepCampaigns
from experience.campaigns.endpoints import undelete_campaign as undeleteCampaign
from experience.campaigns.endpoints import update_campaign as updateCampaign
from experience.campaigns.endpoints import upload_codes as uploadCodes
from experience.campaigns.endpoints import void_claim as voidClaim
from experience.checkpoints.endpoints import sweep_checkpoints as sweepCheckpoints
from experience.events.endpoints import list_events as listEvents
from experience.events.endpoints import save_event as saveEvent
from experience.events.endpoints import save_event_experience as saveEventExperience
from experience.events.endpoints import save_journey as saveJourney
from experience.events.endpoints import save_step as saveStep
from experience.events.endpoints import set_active_journey as setActiveJourney
from experience.guests.endpoints import ensure_guest as ensureGuest
from experience.guests.endpoints import get_guest as getGuest
from experience.guests.endpoints import list_guests as listGuests
from experience.journeys.endpoints import create_capture_upload as createCaptureUpload
from experience.journeys.endpoints import get_event_session as getEventSession
from experience.journeys.endpoints import go_to_step as goToStep
from experience.journeys.endpoints import list_event_sessions as listEventSessions
from experience.journeys.endpoints import retry_journey as retryJourney
from experience.journeys.endpoints import save_capture as saveCapture
from experience.journeys.endpoints import save_step_input as saveStepInput
from experience.journeys.endpoints import start_journey as startJourney
from experience.journeys.endpoints import sweep_journeys as sweepJourneys
from experience.journeys.endpoints import trigger_transform as triggerTransform
from experience.media.endpoints import confirm_upload as confirmUpload
from experience.media.endpoints import create_upload as createUpload
from experience.media.endpoints import get_download_url as getDownloadUrl
from experience.media.endpoints import on_event_updated as onEventUpdated
from experience.media.endpoints import on_project_updated as onProjectUpdated
from experience.media.endpoints import on_workspace_updated as onWorkspaceUpdated
from experience.media.endpoints import update_download_urls as updateDownloadUrls
from experience.players.endpoints import audit_progress as auditProgress
from experience.players.endpoints import erase_player as erasePlayer
from experience.players.endpoints import export_player_data as exportPlayerData
from experience.players.endpoints import find_events_near as findEventsNear
from experience.players.endpoints import fold_rollups as foldRollups
from experience.players.endpoints import get_content_analytics as getContentAnalytics
from experience.players.endpoints import get_experience_progress as getExperienceProgress
from experience.players.endpoints import get_leaderboard as getLeaderboard
from experience.players.endpoints import get_player_profile as getPlayerProfile
from experience.players.endpoints import get_state as getState
from experience.players.endpoints import list_experience_progress as listExperienceProgress
from experience.players.endpoints import list_progress as listProgress
from experience.players.endpoints import list_progress_events as listProgressEvents
from experience.players.endpoints import merge_player as mergePlayer
from experience.players.endpoints import on_session_completed as onSessionCompleted
from experience.players.endpoints import save_state as saveState
from experience.players.endpoints import set_nickname as setNickname
from experience.players.endpoints import sweep_accounts as sweepAccounts
from experience.players.endpoints import sweep_players as sweepPlayers
from experience.players.endpoints import sweep_progress as sweepProgress
from experience.players.endpoints import track_progress_events as trackProgressEvents
from experience.players.endpoints import update_inventory as updateInventory
from experience.players.endpoints import update_location as updateLocation
from experience.players.endpoints import update_preferences as updatePreferences
from experience.projects.endpoints import get_project as getProject
from experience.projects.endpoints import list_projects as listProjects
from experience.projects.endpoints import publish_project as publishProject
from experience.projects.endpoints import save_project as saveProject
from experience.retention.endpoints import erase_guest as eraseGuest
from experience.retention.endpoints import sweep_retention as sweepRetention
from experience.sessions.endpoints import abandon_session as abandonSession
from experience.sessions.endpoints import complete_session as completeSession
from experience.sessions.endpoints import create_session as createSession
from experience.sessions.endpoints import fail_session as failSession
from experience.sessions.endpoints import get_guest_history as getGuestHistory
from experience.sessions.endpoints import get_journey_sessions as getJourneySessions
from experience.sessions.endpoints import get_next_phase as getNextPhase
from experience.sessions.endpoints import get_session as getSession
from experience.sessions.endpoints import list_sessions as listSessions
from experience.sessions.endpoints import on_session_created as onSessionCreated
from experience.sessions.endpoints import sweep_sessions as sweepSessions
from experience.sessions.endpoints import update_session_progress as updateSessionProgress
from experience.shares.endpoints import create_share as createShare
from experience.shares.endpoints import get_share as getShare
from experience.shares.endpoints import revoke_share as revokeShare
from experience.shares.endpoints import show_share as showShare
from experience.transforms.endpoints import cancel_transform as cancelTransform
from experience.transforms.endpoints import get_job as getJob
from experience.transforms.endpoints import on_job_created as onJobCreated
from experience.transforms.endpoints import retry_transform as retryTransform
from experience.transforms.endpoints import run_transform as runTransform
from experience.transforms.endpoints import start_transform as startTransform
from experience.transforms.endpoints import sweep_jobs as sweepJobs
from experience.workflows.endpoints import cancel_run as cancelRun
from experience.workflows.endpoints import collect_artifacts as collectArtifacts
from experience.workflows.endpoints import get_artifact_url as getArtifactUrl
from experience.workflows.endpoints import get_run as getRun
from experience.workflows.endpoints import list_runs as listRuns
from experience.workflows.endpoints import poll_generation as pollGeneration
from experience.workflows.endpoints import retry_run as retryRun
from experience.workflows.endpoints import run_step as runStep
from experience.workflows.endpoints import start_run as startRun
from experience.workflows.endpoints import sweep_runs as sweepRuns
from experience.workspaces.endpoints import list_experiences as listExperiences
from experience.workspaces.endpoints import publish_experience as publishExperience
from experience.workspaces.endpoints import save_experience as saveExperience
from experience.workspaces.endpoints import save_workspace as saveWorkspace
from experience.workspaces.endpoints import set_member as setMember

__all__ = [
    "abandonSession",
    "acceptAiGeneration",
    "archiveCampaign",
    "auditProgress",
    "cancelRun",
    "cancelTransform",
    "closeCampaign",
    "collectArtifacts",
    "completeSession",
    "confirmProposal",
    "confirmUpload",
    "createAiGeneration",
    "createCampaign",
    "createCaptureUpload",
    "createSession",
    "createShare",
    "createTickets",
    "createUpload",
    "deleteCampaign",
    "deleteChatSession",
    "ensureGuest",
    "eraseGuest",
    "erasePlayer",
    "exportPlayerData",
    "exportPlays",
    "failSession",
    "findEventsNear",
    "foldRollups",
    "generateCampaign",
    "getAiGeneration",
    "getArtifactUrl",
    "getCampaign",
    "getCampaignFunnel",
    "getChatMessages",
    "getContentAnalytics",
    "getDownloadUrl",
    "getEmbedCode",
    "getEventSession",
    "getExperienceProgress",
    "getGuest",
    "getGuestHistory",
    "getJob",
    "getJourneySessions",
    "getLeaderboard",
    "getNextPhase",
    "getPlay",
    "getPlayerProfile",
    "getProject",
    "getRun",
    "getSession",
    "getShare",
    "getState",
    "goToStep",
    "listAiGenerations",
    "listCampaigns",
    "listChatSessions",
    "listEventSessions",
    "listEvents",
    "listExperienceProgress",
    "listExperiences",
    "listGuests",
    "listPlays",
    "listProgress",
    "listProgressEvents",
    "listProjects",
    "listRuns",
    "listSessions",
    "mergePlayer",
    "onCampaignDeleted",
    "onEventUpdated",
    "onJobCreated",
    "onProjectUpdated",
    "onSessionCompleted",
    "onSessionCreated",
    "onWorkspaceUpdated",
    "playCampaign",
    "pollGeneration",
    "publishExperience",
    "publishProject",
    "redeemClaim",
    "rejectAiGeneration",
    "renameChatSession",
    "restoreCampaign",
    "retryJourney",
    "retryRun",
    "retryTransform",
    "revealDraws",
    "revokeShare",
    "revokeTickets",
    "runStep",
    "runTransform",
    "saveCapture",
    "saveEvent",
    "saveEventExperience",
    "saveExperience",
    "saveJourney",
    "saveProject",
    "saveState",
    "saveStep",
    "saveStepInput",
    "saveWorkspace",
    "sendChatMessage",
    "setActiveJourney",
    "setMember",
    "setNickname",
    "showShare",
    "startJourney",
    "startRun",
    "startTransform",
    "stopChatMessage",
    "sweepAccounts",
    "sweepAiGenerations",
    "sweepCampaigns",
    "sweepChats",
    "sweepCheckpoints",
    "sweepJobs",
    "sweepJourneys",
    "sweepPlayers",
    "sweepProgress",
    "sweepRetention",
    "sweepRuns",
    "sweepSessions",
    "trackProgressEvents",
    "triggerTransform",
    "undeleteCampaign",
    "updateCampaign",
    "updateDownloadUrls",
    "updateInventory",
    "updateLocation",
    "updatePreferences",
    "updateSessionProgress",
    "uploadCodes",
    "voidClaim",
]
