// The browser that an app has of its own, as it names itself.

export const INSTAGRAM =
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0 Mobile Safari/537.36 Instagram 380.0.0.28.105 Android";
