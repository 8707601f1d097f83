// What the one HTTPS origin passes on: an allow-list of what pages send, compared as it arrives.
//
// Emulators decode more than a check can foresee, such as broken escapes, so nothing is searched for a
// credential. What has another form than the pages' own requests is refused.

const INIT_JSON = "/__/firebase/init.json";
const CHANNEL = /^\/google\.firestore\.v1\.Firestore\/(Listen|Write)\/channel$/;
const DOCUMENTS = /^\/documents(\/[\w.~-]+)*(:(batchGet|commit|runQuery|runAggregationQuery))?$/;
// The three parts of a token. The last is empty where an emulator signed none.
const TOKEN = /^Bearer [\w-]+\.[\w-]+\.[\w-]*$/i;

// Source: WebChannel, as Firestore's SDK has it (@firebase/webchannel-wrapper).
const CHANNEL_QUERY = new Set([
  "AID",
  "CI",
  "CVER",
  "RID",
  "SID",
  "TO",
  "TYPE",
  "VER",
  "X-HTTP-Session-Id",
  "database",
  "gsessionid",
  "key",
  "t",
  "zx",
]);
const DOCUMENTS_QUERY = new Set(["key"]);
const QUERY_VALUE = /^([\w\-.!~*'()/:,$@=]|%[0-9a-f]{2})*$/i;
const BODY_NAME = /^(headers|count|ofs|req\d+_\w+)$/;
/** What encodeURIComponent() makes, and nothing else. */
const BODY_VALUE = /^([\w\-.!~*'()]|%[0-9a-f]{2})*$/i;
const HEADER = /^([A-Za-z0-9-]+):([\x20-\x24\x26-\x7e]*)$/; // no %, which could be decoded once more

/** Whether a request line names a path of this origin, and neither another address nor a fragment. */
export function isOwnPath(url) {
  return /^\/(?!\/)[\x21\x22\x24-\x5b\x5d-\x7e]*$/.test(url);
}

/** Which emulator serves a path, by its name in firebase.json, or null for what no page needs. */
export function targetOf(path, { project, region, bucket }) {
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) return null; // servers differ in what that leads to
  if (CHANNEL.test(path)) return "firestore";
  const database = `/v1/projects/${project}/databases/(default)`;
  if (path.startsWith(database)) {
    return DOCUMENTS.test(path.slice(database.length)) ? "firestore" : null;
  }
  if (/^\/v1\/projects\/[^/]+\/apps\/[^/]+:exchange\w+$/.test(path)) return "appcheck";
  if (path.startsWith("/identitytoolkit.googleapis.com/v1/accounts:")) return "auth";
  if (path === "/securetoken.googleapis.com/v1/token") return "auth";
  if (path.startsWith(`/${project}/${region}/`)) return "functions";
  if (path.startsWith(`/${bucket}/`) || path.startsWith(`/v0/b/${bucket}/o/`)) return "storage";
  if (path === `/upload/storage/v1/b/${bucket}/o`) return "storage";
  if (/^\/(v0|v1|upload|google\.firestore\.v1\.Firestore)\//.test(path)) return null;
  return path === INIT_JSON || isOfPages(path) ? "hosting" : null;
}

/** Vite opens files in the editor of whoever asks below /__, and each page beside has its own. */
function isOfPages(path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return false;
  }
  const [, ...segments] = decoded.split("/");
  return segments.every(
    (each, n) => !each.startsWith("__") && (each !== "" || n === segments.length - 1),
  );
}

/** Whether headers have no credential, or tokens of guests: the emulators' owner has neither. */
export function isOfGuest(headers) {
  return Object.entries(headers).every(
    ([name, value]) => !/authorization/i.test(name) || TOKEN.test(value),
  );
}

export function isChannel(path) {
  return CHANNEL.test(path);
}

/** Whether Firestore gets a request that the SDK could have sent, apart from the body. */
export function isOfSdk({ method, url, headers }) {
  const [path, ...queries] = url.split("?");
  const names = isChannel(path) ? CHANNEL_QUERY : DOCUMENTS_QUERY;
  const has = (name) => name in headers;
  if (method !== "GET" && method !== "POST") return false;
  if (has("content-encoding") || has("x-http-method-override")) return false;
  if (method === "GET" && (has("transfer-encoding") || has("content-length"))) return false;
  if (queries.length > 1) return false;
  return fieldsOf(queries[0] ?? "").every(
    ([name, value]) => names.has(name) && QUERY_VALUE.test(value),
  );
}

/** Whether a channel's body has the form of the SDK's, and its stream's headers a guest's token. */
export function isChannelBody(body) {
  return fieldsOf(body).every(
    ([name, value]) =>
      BODY_NAME.test(name) && BODY_VALUE.test(value) && (name !== "headers" || areOfGuest(value)),
  );
}

function areOfGuest(encoded) {
  let decoded;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    return false;
  }
  const lines = decoded.split("\r\n").filter((line) => line !== "");
  return lines.every((line) => {
    const [, name, value] = HEADER.exec(line) ?? [];
    return name !== undefined && isOfGuest({ [name]: value.trim() });
  });
}

/** The names and values of a form or a query, as they arrive. */
function fieldsOf(text) {
  if (text === "") return [];
  return text.split("&").map((field) => {
    const equals = field.indexOf("=");
    return equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
  });
}
