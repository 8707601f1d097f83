/**
 * Photos that the server does not have yet. IndexedDB keeps their bytes, so that neither a dead network
 * nor a reload loses one; where the browser denies it, or has no room, memory does until the page closes.
 */

import type { Upload } from "../sessions/session-backend.ts";

export interface WaitingPhoto {
  /** Of this photo alone: a retake of the same step has another one. */
  id: string;
  scope: string;
  sessionId: string;
  stepId: string;
  /** Bytes, because some browsers lose a stored `Blob` with its tab. What is not stored is one. */
  bytes: ArrayBuffer | Blob;
  type: string;
  keptAt: number;
  /** Where it is sent, so that a repeat goes to the same object; null before that is known. */
  upload: Upload | null;
}

type Session = Pick<WaitingPhoto, "scope" | "sessionId">;
type Key = Session & Pick<WaitingPhoto, "stepId">;

export interface PhotoStore {
  /** All that wait, the oldest first. Those of yesterday are forgotten. */
  all(): Promise<WaitingPhoto[]>;
  of(session: Session): Promise<WaitingPhoto[]>;
  /** Keep a photo in place of the one that waits for this step. */
  put(photo: WaitingPhoto): Promise<void>;
  /** Forget this photo, and not one that has taken its place. */
  remove(photo: WaitingPhoto): Promise<void>;
  clear(): Promise<void>;
}

const MAX_AGE_MS = 24 * 3_600_000;
const DATABASE = "guest-page";
const STORE = "photos";

/** One photo for each step of a session. */
export function keyOf({ scope, sessionId, stepId }: Key): string {
  return `${scope}:${sessionId}:${stepId}`;
}

export class MemoryPhotos implements PhotoStore {
  private readonly photos = new Map<string, WaitingPhoto>();

  async all(): Promise<WaitingPhoto[]> {
    return [...this.photos.values()];
  }

  async of(session: Session): Promise<WaitingPhoto[]> {
    return (await this.all()).filter((photo) => isOf(photo, session));
  }

  async put(photo: WaitingPhoto): Promise<void> {
    this.photos.set(keyOf(photo), photo);
  }

  async remove(photo: WaitingPhoto): Promise<void> {
    if (this.photos.get(keyOf(photo))?.id === photo.id) this.photos.delete(keyOf(photo));
  }

  async clear(): Promise<void> {
    this.photos.clear();
  }
}

class IndexedPhotos implements PhotoStore {
  private readonly memory = new MemoryPhotos();
  private database: Promise<IDBDatabase> | null = null;

  async all(): Promise<WaitingPhoto[]> {
    const stored = await this.stored();
    const isOld = ({ keptAt }: WaitingPhoto) => Date.now() - keptAt > MAX_AGE_MS;
    for (const photo of stored.filter(isOld)) await this.remove(photo);
    const found = [...stored.filter((photo) => !isOld(photo)), ...(await this.memory.all())];
    return found.sort((one, other) => one.keptAt - other.keptAt);
  }

  async of(session: Session): Promise<WaitingPhoto[]> {
    return (await this.all()).filter((photo) => isOf(photo, session));
  }

  async put(photo: WaitingPhoto): Promise<void> {
    if (photo.bytes instanceof Blob) return this.memory.put(photo);
    try {
      await this.run("readwrite", (store) => store.put(photo, keyOf(photo)));
    } catch {
      // No room, or no database in this mode of the browser.
      await this.memory.put(photo);
      await this.run("readwrite", (store) => store.delete(keyOf(photo))).catch(() => {});
    }
  }

  async remove(photo: WaitingPhoto): Promise<void> {
    await this.memory.remove(photo);
    try {
      const key = keyOf(photo);
      const database = await this.open();
      const store = database.transaction(STORE, "readwrite").objectStore(STORE);
      const found = (await settled(store.get(key))) as WaitingPhoto | undefined;
      if (found?.id === photo.id) await settled(store.delete(key));
    } catch {
      this.database = null;
    }
  }

  async clear(): Promise<void> {
    await this.memory.clear();
    await this.run("readwrite", (store) => store.clear()).catch(() => {});
  }

  private async stored(): Promise<WaitingPhoto[]> {
    try {
      return await this.run<WaitingPhoto[]>("readonly", (store) => store.getAll());
    } catch {
      return [];
    }
  }

  /** Run one request. A browser may close a database at any time, so it is opened a second time. */
  private async run<T>(
    mode: IDBTransactionMode,
    request: (store: IDBObjectStore) => IDBRequest<T> | IDBRequest,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const transaction = (await this.open()).transaction(STORE, mode);
        const done = finished(transaction);
        const result = (await settled(request(transaction.objectStore(STORE)))) as T;
        await done; // a quota may be met as late as here
        return result;
      } catch (error) {
        this.database = null;
        if (attempt === 2) throw error;
      }
    }
  }

  private open(): Promise<IDBDatabase> {
    this.database ??= (async () => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      const database = await settled(opening);
      // Whoever deletes it, as a kiosk does after each visitor, waits for nobody.
      database.onversionchange = () => database.close();
      database.onclose = () => {
        this.database = null;
      };
      return database;
    })();
    return this.database;
  }
}

function isOf(photo: WaitingPhoto, { scope, sessionId }: Session): boolean {
  return photo.scope === scope && photo.sessionId === sessionId;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  done.catch(() => {}); // its request has failed too, and says so
  return done;
}

let photos: PhotoStore | null = null;

/** The photos that wait on this device, of all tabs. */
export function photoStore(): PhotoStore {
  photos ??= new IndexedPhotos();
  return photos;
}
