/** The page's words in German. */

import type { Words } from "./en.ts";

const words: Words = {
  direction: "ltr",
  page: {
    title: "Willkommen",
    loading: "Wird geladen …",
    language: "Sprache",
    loadAgain: "Neu laden",
    tryAgain: "Noch einmal versuchen",
    nextTryIn: "Nächster Versuch in {time}.",
    retrying: "Neuer Versuch …",
    startAgain: "Neu beginnen",
  },
  problems: {
    none: {
      title: "Bitte scanne den Code noch einmal",
      text: "Zu dieser Adresse gehört keine Veranstaltung. Der Code vor Ort führt dich zur richtigen.",
    },
    project_not_found: {
      title: "Hier ist nichts",
      text: "Unter dieser Adresse gibt es keine Veranstaltung. Bitte scanne den Code noch einmal.",
    },
    project_not_live: {
      title: "Gerade nicht geöffnet",
      text: "Diese Veranstaltung hat noch nicht begonnen oder ist schon vorbei.",
    },
    event_not_found: {
      title: "Gerade nicht geöffnet",
      text: "Unter dieser Adresse gibt es keine Veranstaltung, oder sie ist nicht für Gäste geöffnet.",
    },
    event_not_live: {
      title: "Gerade nicht geöffnet",
      text: "Diese Veranstaltung hat noch nicht begonnen oder ist schon vorbei.",
    },
    offline: {
      title: "Keine Verbindung",
      text: "Wir erreichen die Veranstaltung nicht. Sobald du wieder online bist, geht alles weiter.",
    },
    not_loaded: {
      title: "Bitte lade diese Seite neu",
      text: "Ein Teil von ihr ist nicht angekommen. Deine Antworten bleiben erhalten.",
    },
    newer_step: {
      title: "Hier gibt es etwas Neues",
      text: "Diese Seite ist älter als einer ihrer Schritte. Lade sie neu, um alle zu sehen.",
    },
    steps_unknown: {
      title: "Diese Seite ist zu alt",
      text: "Ein Schritt, der eine Antwort braucht, ist neuer als sie. Bitte lade sie neu, oder frag vor Ort nach.",
    },
    not_configured: {
      title: "Noch nicht eingerichtet",
      text: "Diese Seite kennt ihr Projekt nicht: /__/firebase/init.json enthält keine Konfiguration.",
    },
    unauthenticated: {
      title: "Nicht angemeldet",
      text: "Dein Browser lässt die Anmeldung nicht zu. Erlaube dieser Seite, Daten zu speichern, und versuche es noch einmal.",
    },
    app_check_required: {
      title: "Von hier aus nicht möglich",
      text: "Bitte öffne diese Seite im Browser deines Handys und nicht in einer anderen App.",
    },
    experience_unavailable: {
      title: "Nicht mehr verfügbar",
      text: "Dieses Erlebnis gibt es nicht mehr. Bitte wähle ein anderes.",
    },
    rate_limited: {
      title: "Das war ganz schön viel",
      text: "Du hast sehr oft begonnen. Bitte mach eine kurze Pause.",
    },
    "auth/too-many-requests": {
      title: "Zu viele Gäste in diesem WLAN",
      text: "Wechsle bitte zu mobilen Daten, das hilft sofort. Oder warte hier: Dein Besuch geht von selbst weiter.",
    },
    abandoned: {
      title: "Dieser Besuch wurde beendet",
      text: "Er war zu lange unberührt oder wurde anderswo neu begonnen. Du kannst von vorn beginnen.",
    },
    error: {
      title: "Dieser Besuch ist zu Ende",
      text: "Unterwegs ist etwas schiefgegangen. Du kannst von vorn beginnen.",
    },
    session_not_found: {
      title: "Das ist der Besuch von jemand anderem",
      text: "Der Link wurde auf einem anderen Handy geöffnet. Du kannst deinen eigenen Besuch beginnen.",
    },
    steps_incomplete: {
      title: "Es fehlt etwas",
      text: "Nicht alle Fragen konnten beantwortet werden. Du kannst von vorn beginnen.",
    },
    unknown: {
      title: "Etwas ist schiefgegangen",
      text: "Das lag nicht an dir. Bitte versuche es noch einmal.",
    },
  },
  welcome: {
    eyebrow: "Willkommen bei",
    choose: "Wähle dein Erlebnis",
    ready: "Bereit?",
    nothing: "Gerade ist nichts los",
    nothingText: "Im Moment gibt es hier nichts auszuprobieren. Schau später wieder vorbei.",
    begin: "Los geht’s",
  },
  consent: {
    agree: "Ich stimme zu",
    agreeWithAge: {
      one: "Ich stimme zu und bin mindestens {count} Jahr alt",
      other: "Ich stimme zu und bin mindestens {count} Jahre alt",
    },
    chooseAfter: "Bitte stimme erst zu und wähle dann.",
    beginAfter: "Bitte stimme erst zu, dann geht es los.",
  },
  inApp: {
    label: "Dein Browser",
    text: "Diese Seite ist in {app} geöffnet. Dort funktionieren Kamera und Speichern vielleicht nicht. Besser geht es im Browser deines Handys: Öffne ihn hier oder über das Menü der App.",
    anotherApp: "einer anderen App",
    open: "Browser öffnen",
    copy: "Adresse kopieren",
    copied: "Adresse kopiert",
  },
  step: {
    steps: "Schritte",
    position: "Schritt {index} von {count}",
    previous: "Vorheriger Schritt",
    next: "Weiter",
    skip: "Überspringen",
    done: "Fertig",
    oneMoment: "Einen Moment …",
    waitingForNetwork: "Warten auf das Netz …",
    madeWithNetwork: "Dein Bild entsteht, sobald das Netz wieder da ist",
    goOnWithout: "Ohne ihn weiter",
    enterKey: "Enter",
    controlKey: "Strg",
  },
  saving: {
    saved: "Gespeichert",
    saving: "Wird gespeichert …",
    offline: "Offline – deine Antworten bleiben erhalten",
    offlineShort: "Offline",
    photo: "Dein Foto wartet auf das Netz",
    photoShort: "Foto wartet",
  },
  stepTitles: {
    capture: "Mach ein Foto",
    processing: "Dein Bild entsteht",
    reward: "Hier ist es",
    "experience-picker": "Wähle dein Bild",
    info: "Willkommen",
    question: "Eine Frage",
  },
  questions: {
    answer: "Deine Antwort",
    email: "name@example.com",
    yes: "Ja",
    no: "Nein",
    chooseMany: "Wähle so viele, wie du möchtest.",
    left: { one: "noch {count} Zeichen", other: "noch {count} Zeichen" },
    tooMany: { one: "{count} Zeichen zu viel", other: "{count} Zeichen zu viel" },
  },
  answerProblems: {
    choose: "Bitte wähle eine Antwort.",
    fill: "Bitte fülle dieses Feld aus.",
    tooLong: {
      one: "Bitte verwende höchstens {count} Zeichen.",
      other: "Bitte verwende höchstens {count} Zeichen.",
    },
    email: "Bitte gib eine Adresse wie name@example.com ein.",
    needed: "Hier fehlt noch eine Antwort.",
    rejected: "Diese Antwort passt hier nicht. Bitte ändere sie.",
  },
  camera: {
    label: "Kamera",
    view: "Das Bild der Kamera",
    close: "Kamera schließen",
    shoot: "Foto aufnehmen",
    flip: "Kamera wechseln",
  },
  capture: {
    yourPhoto: "Dein Foto",
    yourVideo: "Dein Video",
    take: "Foto aufnehmen",
    choose: "Foto auswählen",
    chooseAny: "Foto oder Video auswählen",
    cameraAgain: "Kamera noch einmal versuchen",
    usePhoto: "Dieses Foto verwenden",
    useVideo: "Dieses Video verwenden",
    retakePhoto: "Neues Foto aufnehmen",
    retakeVideo: "Neu aufnehmen",
    cancel: "Abbrechen",
    upload: "Hochladen",
    uploading: "Dein Foto wird gesendet",
    checking: "Fast geschafft",
    waiting: "Wartet auf das Netz",
  },
  captureProblems: {
    camera_denied:
      "Wir dürfen die Kamera nicht benutzen. Erlaube es in den Einstellungen deines Browsers, oder wähle ein Foto aus.",
    camera_missing: "Wir haben hier keine Kamera gefunden. Wähle stattdessen ein Foto aus.",
    camera_busy:
      "Eine andere App benutzt gerade die Kamera. Schließe sie und versuche es noch einmal, oder wähle ein Foto aus.",
    wrong_type:
      "Dieses Bild können wir nicht verwenden. Bitte wähle eines im Format JPEG, PNG, WebP oder AVIF.",
    wrong_video: "Dieses Video können wir nicht verwenden. Bitte wähle ein MP4, MOV oder WebM.",
    video_not_asked: "Das ist ein Video. Bitte nimm hier ein Foto auf, oder wähle eines aus.",
    empty_file: "Diese Datei ist leer. Bitte wähle eine andere.",
    unreadable_file:
      "Dein Handy hat diese Datei nicht herausgegeben. Lade sie zuerst auf dein Handy, oder wähle eine andere.",
    unsupported_media:
      "Dieser Browser kann das Foto nicht lesen. Nimm hier eines mit der Kamera auf, oder wähle ein JPEG.",
    too_large: "Dieses Foto ist zu groß. Bitte wähle eines mit höchstens {size}.",
    video_too_large: "Dieses Video ist zu groß. Bitte wähle eines mit höchstens {size}.",
    upload_type_mismatch:
      "Diese Datei ist nicht das Bild, das sie vorgibt zu sein. Bitte nimm ein anderes.",
    upload_damaged:
      "Dieses Foto ist beschädigt oder unvollständig. Bitte nimm ein neues auf, oder wähle ein anderes.",
    upload_too_many_pixels:
      "Dieses Foto hat mehr als {megapixels} Megapixel. Bitte wähle ein kleineres.",
    upload_too_large: "Dieses Foto ist zu groß. Bitte wähle eines mit höchstens {size}.",
    rate_limited:
      "Du hast in dieser Stunde schon viel gesendet. Mach eine kurze Pause, und versuche es dann noch einmal.",
    upload_missing: "Das Foto ist nicht angekommen. Bitte versuche es noch einmal.",
    interrupted: "Das Hochladen wurde unterbrochen. Dein Foto bleibt gespeichert und wird von selbst gesendet.",
    offline: "Gerade gibt es kein Netz. Dein Foto bleibt gespeichert und wird von selbst gesendet.",
    session_not_active: "Dieser Besuch ist inzwischen beendet.",
    unknown: "Das Foto konnte nicht gesendet werden. Bitte versuche es noch einmal.",
  },
  picture: {
    label: "Dein Bild",
    alt: "Dein Bild von {name}",
    waiting: "Gleich geht es los …",
    pending: "In der Warteschlange …",
    running: "Dein Bild entsteht …",
    ready: "Dein Bild ist fertig.",
    cancel: "Abbrechen",
    makeAfterAll: "Doch noch erstellen",
    tryOnceMore: "Noch einmal versuchen",
  },
  pictureProblems: {
    SAFETY_FILTERED: {
      title: "Machen wir ein anderes Foto",
      text: "Aus diesem konnte kein Bild entstehen, das wir zeigen dürfen.",
    },
    INVALID_INPUT: {
      title: "Dieses Foto hat nicht geklappt",
      text: "Wir konnten es nicht lesen. Mit einem neuen Foto geht es.",
    },
    TIMEOUT: {
      title: "Das hat zu lange gedauert",
      text: "Wir warten nicht länger. Bitte versuche es noch einmal.",
    },
    PHOTO_LOST: { title: "Machen wir ein anderes Foto", text: "Dein Foto ist nicht mehr da." },
    CANCELLED: {
      title: "Abgebrochen",
      text: "Es ist kein Bild entstanden. Du kannst immer noch eines haben.",
    },
    unknown: {
      title: "Dein Bild hat nicht geklappt",
      text: "Beim Erstellen ist etwas schiefgegangen. Bitte versuche es noch einmal.",
    },
  },
  limits: {
    hour: { title: "Eine kurze Pause", text: "Du hast schon viele Bilder gemacht." },
    day: { title: "Das war’s für heute", text: "Heute gibt es für dich keine weiteren Bilder." },
  },
  comeBack: {
    tomorrow: "Bitte komm morgen wieder.",
    soon: "Versuche es in einer Minute noch einmal.",
    minutes: {
      one: "Versuche es in etwa {count} Minute noch einmal.",
      other: "Versuche es in etwa {count} Minuten noch einmal.",
    },
    hours: {
      one: "Versuche es in etwa {count} Stunde noch einmal.",
      other: "Versuche es in etwa {count} Stunden noch einmal.",
    },
  },
  result: {
    ready: "Hier ist es!",
    inProgress: "Dein Bild ist unterwegs",
    none: "Danke!",
    takeAlong: "Nimm dein Bild von {name} mit.",
    appearsHere: "Es erscheint hier von selbst. Du kannst auf dieser Seite bleiben.",
    another: "Noch eines machen",
    newPhoto: "Neues Foto aufnehmen",
  },
  keeping: {
    label: "Nimm dein Bild mit",
    share: "Teilen",
    save: "Speichern",
    copyLink: "Link kopieren",
    email: "E-Mail",
    message: "Mein Bild von {name}",
    postIt: "Jetzt kannst du es auf {network} posten.",
    saved: "Gespeichert.",
    opened: "Das Bild ist einzeln geöffnet. Halte es gedrückt, oder nutze das Menü, um es zu speichern.",
    notFetched: "Das Bild ist nicht angekommen. Tippe noch einmal, um es zu öffnen.",
    linkCopied: "Der Link ist kopiert.",
    notCopied: "Dein Browser lässt das Kopieren nicht zu. Speichere stattdessen das Bild.",
    code: "Ein Code, der dein Bild auf einem anderen Handy öffnet",
    onAnotherPhone: "Auf einem anderen Handy?",
    scan: "Scanne den Code, um dein Bild dort zu öffnen.",
  },
  kiosk: {
    question: "Bist du noch da?",
    forgotten: "Sonst endet dieser Besuch, und das Gerät vergisst ihn.",
    seconds: { one: "Noch {count} Sekunde", other: "Noch {count} Sekunden" },
    stay: "Ich bin noch da",
    done: "Ich bin fertig",
    leaving: "Einen Moment, für den nächsten Gast …",
    alongTitle: "Nimm es mit",
    along: "Scanne den Code mit deinem Handy. Auf diesem Gerät bleibt nichts von dir.",
  },
  erasing: {
    button: "Mein Bild und meinen Besuch löschen",
    buttonWithoutPicture: "Meinen Besuch löschen",
    question: "Deine Fotos, Bilder und Antworten von dieser Veranstaltung endgültig löschen?",
    consequence: "Danach lässt sich nichts davon zurückholen.",
    keep: "Alles behalten",
    erase: "Endgültig löschen",
  },
};

export default words;
