/** The page's own words in each language. What a campaign says is in the campaign. */

export interface Words {
  title: string;
  text: string;
}

export interface Texts {
  demo: string;
  loading: string;
  mute: string;
  unmute: string;
  wheel: string;
  onWheel: string;
  noPrize: string;
  spin: string;
  spinning: string;
  slow: string;
  again: string;
  tryAgain: string;
  accept: string;
  acceptWithAge: string;
  terms: string;
  newTab: string;
  acceptFirst: string;
  stopped: string;
  won: string;
  lost: string;
  prize: string;
  code: string;
  exampleCode: string;
  keepCode: string;
  qr: string;
  copy: string;
  copied: string;
  next: string;
  noMore: string;
  problems: Record<string, Words> & Record<"unknown" | "not_open" | "closed", Words>;
}

const en: Texts = {
  demo: "Demo – nothing can be won",
  loading: "Loading",
  mute: "Turn sound off",
  unmute: "Turn sound on",
  wheel: "Wheel of fortune with {count} segments",
  onWheel: "What is on the wheel",
  noPrize: "no prize",
  spin: "Spin the wheel",
  spinning: "The wheel is turning …",
  slow: "The network is slow. Your spin is kept.",
  again: "Spin again",
  tryAgain: "Try again",
  accept: "I accept the {terms}.",
  acceptWithAge: "I am at least {age} years old and accept the {terms}.",
  terms: "terms and conditions",
  newTab: "opens in a new tab",
  acceptFirst: "Please accept the terms first.",
  stopped: "The wheel stopped at: {segment}.",
  won: "You have won!",
  lost: "No prize this time.",
  prize: "Your prize: {prize}",
  code: "Your code",
  exampleCode: "Example of a code",
  keepCode: "Show this code to get your prize. Take a picture of it, or copy it.",
  qr: "Your code as a QR code",
  copy: "Copy code",
  copied: "Copied",
  next: "You can spin again: {at}",
  noMore: "Thank you for playing!",
  problems: {
    not_open: { title: "Not open yet", text: "The wheel opens: {at}" },
    closed: { title: "It is over", text: "This campaign has ended. Thank you for your interest." },
    terms_required: {
      title: "The terms have changed",
      text: "Please read and accept them, then spin again.",
    },
    limit_reached: { title: "You have played already", text: "All your spins are used." },
    session_missing: {
      title: "Visit the event first",
      text: "Please open this page from the event that you took part in.",
    },
    session_required: {
      title: "Not finished yet",
      text: "Please finish your visit to the event first, then spin the wheel.",
    },
    ticket_missing: {
      title: "You need a ticket",
      text: "Please open the link of your ticket, or scan its code.",
    },
    ticket_invalid: { title: "Unknown ticket", text: "This ticket is not for this campaign." },
    ticket_revoked: { title: "Ticket not valid", text: "This ticket was withdrawn." },
    campaign_not_found: {
      title: "Nothing here",
      text: "There is no campaign at this address, or it has ended.",
    },
    rate_limited: { title: "That was a lot", text: "Please take a short break, then try again." },
    app_check_required: {
      title: "Not allowed from here",
      text: "Please open this page in your own browser, and not inside another app.",
    },
    not_configured: { title: "Not set up yet", text: "This page does not know its project." },
    unauthenticated: {
      title: "Not signed in",
      text: "Your browser did not let us sign you in. Allow storage for this page and try again.",
    },
    offline: {
      title: "No connection",
      text: "We could not reach the campaign. Your spin is kept: try again when you are online.",
    },
    unknown: { title: "Something went wrong", text: "That was not your fault. Please try again." },
  },
};

const de: Texts = {
  demo: "Demo – hier kann man nichts gewinnen",
  loading: "Wird geladen",
  mute: "Ton ausschalten",
  unmute: "Ton einschalten",
  wheel: "Glücksrad mit {count} Feldern",
  onWheel: "Das ist auf dem Rad",
  noPrize: "kein Gewinn",
  spin: "Rad drehen",
  spinning: "Das Rad dreht sich …",
  slow: "Die Verbindung ist langsam. Dein Dreh bleibt erhalten.",
  again: "Noch einmal drehen",
  tryAgain: "Noch einmal versuchen",
  accept: "Ich akzeptiere die {terms}.",
  acceptWithAge: "Ich bin mindestens {age} Jahre alt und akzeptiere die {terms}.",
  terms: "Teilnahmebedingungen",
  newTab: "öffnet einen neuen Tab",
  acceptFirst: "Bitte akzeptiere zuerst die Teilnahmebedingungen.",
  stopped: "Das Rad ist stehen geblieben bei: {segment}.",
  won: "Du hast gewonnen!",
  lost: "Diesmal kein Gewinn.",
  prize: "Dein Gewinn: {prize}",
  code: "Dein Code",
  exampleCode: "Beispiel für einen Code",
  keepCode: "Zeig diesen Code vor, um den Gewinn zu bekommen. Fotografiere oder kopiere ihn.",
  qr: "Dein Code als QR-Code",
  copy: "Code kopieren",
  copied: "Kopiert",
  next: "Du kannst wieder drehen: {at}",
  noMore: "Danke fürs Mitspielen!",
  problems: {
    not_open: { title: "Noch nicht offen", text: "Das Rad öffnet: {at}" },
    closed: { title: "Es ist vorbei", text: "Diese Aktion ist beendet. Danke für dein Interesse." },
    terms_required: {
      title: "Neue Teilnahmebedingungen",
      text: "Bitte lies und akzeptiere sie, dann dreh noch einmal.",
    },
    limit_reached: { title: "Du hast schon gespielt", text: "Du hast keinen Dreh mehr übrig." },
    session_missing: {
      title: "Erst zum Event",
      text: "Bitte öffne diese Seite vom Event aus, an dem du teilgenommen hast.",
    },
    session_required: {
      title: "Noch nicht fertig",
      text: "Bitte schließe zuerst deinen Besuch beim Event ab, dann dreh das Rad.",
    },
    ticket_missing: {
      title: "Du brauchst ein Ticket",
      text: "Bitte öffne den Link deines Tickets oder scanne seinen Code.",
    },
    ticket_invalid: {
      title: "Unbekanntes Ticket",
      text: "Dieses Ticket gehört nicht zu dieser Aktion.",
    },
    ticket_revoked: { title: "Ticket ungültig", text: "Dieses Ticket wurde zurückgezogen." },
    campaign_not_found: {
      title: "Hier ist nichts",
      text: "Unter dieser Adresse gibt es keine Aktion, oder sie ist beendet.",
    },
    rate_limited: {
      title: "Das war viel",
      text: "Bitte mach eine kurze Pause und versuch es dann wieder.",
    },
    app_check_required: {
      title: "Von hier aus nicht erlaubt",
      text: "Bitte öffne diese Seite in deinem Browser und nicht in einer anderen App.",
    },
    not_configured: {
      title: "Noch nicht eingerichtet",
      text: "Diese Seite kennt ihr Projekt nicht.",
    },
    unauthenticated: {
      title: "Nicht angemeldet",
      text: "Dein Browser hat die Anmeldung verhindert. Erlaube dieser Seite, Daten zu speichern.",
    },
    offline: {
      title: "Keine Verbindung",
      text: "Die Aktion ist nicht erreichbar. Dein Dreh bleibt erhalten: Versuch es noch einmal.",
    },
    unknown: {
      title: "Etwas ist schiefgegangen",
      text: "Das lag nicht an dir. Bitte versuch es noch einmal.",
    },
  },
};

const es: Texts = {
  demo: "Demostración: no se puede ganar nada",
  loading: "Cargando",
  mute: "Quitar el sonido",
  unmute: "Activar el sonido",
  wheel: "Ruleta con {count} casillas",
  onWheel: "Qué hay en la ruleta",
  noPrize: "sin premio",
  spin: "Girar la ruleta",
  spinning: "La ruleta está girando…",
  slow: "La red va lenta. Tu tirada no se pierde.",
  again: "Girar otra vez",
  tryAgain: "Intentar de nuevo",
  accept: "Acepto los {terms}.",
  acceptWithAge: "Tengo al menos {age} años y acepto los {terms}.",
  terms: "términos y condiciones",
  newTab: "se abre en otra pestaña",
  acceptFirst: "Primero acepta los términos.",
  stopped: "La ruleta se ha parado en: {segment}.",
  won: "¡Has ganado!",
  lost: "Esta vez no hay premio.",
  prize: "Tu premio: {prize}",
  code: "Tu código",
  exampleCode: "Ejemplo de código",
  keepCode: "Muestra este código para recibir tu premio. Hazle una foto o cópialo.",
  qr: "Tu código en formato QR",
  copy: "Copiar el código",
  copied: "Copiado",
  next: "Puedes volver a girar: {at}",
  noMore: "¡Gracias por jugar!",
  problems: {
    not_open: { title: "Todavía no está abierta", text: "La ruleta abre: {at}" },
    closed: { title: "Ha terminado", text: "Esta campaña ha terminado. Gracias por tu interés." },
    terms_required: {
      title: "Los términos han cambiado",
      text: "Léelos y acéptalos, y gira otra vez.",
    },
    limit_reached: { title: "Ya has jugado", text: "Has usado todas tus tiradas." },
    session_missing: {
      title: "Primero visita el evento",
      text: "Abre esta página desde el evento en el que has participado.",
    },
    session_required: {
      title: "Aún no has terminado",
      text: "Termina primero tu visita al evento y después gira la ruleta.",
    },
    ticket_missing: {
      title: "Necesitas un ticket",
      text: "Abre el enlace de tu ticket o escanea su código.",
    },
    ticket_invalid: {
      title: "Ticket desconocido",
      text: "Este ticket no es de esta campaña.",
    },
    ticket_revoked: { title: "Ticket no válido", text: "Este ticket ha sido retirado." },
    campaign_not_found: {
      title: "Aquí no hay nada",
      text: "No hay ninguna campaña en esta dirección, o ha terminado.",
    },
    rate_limited: {
      title: "Demasiadas veces",
      text: "Haz una pausa breve e inténtalo de nuevo.",
    },
    app_check_required: {
      title: "No se permite desde aquí",
      text: "Abre esta página en tu navegador y no dentro de otra aplicación.",
    },
    not_configured: { title: "Sin configurar", text: "Esta página no conoce su proyecto." },
    unauthenticated: {
      title: "Sin sesión",
      text: "Tu navegador no permitió iniciar la sesión. Permite que esta página guarde datos.",
    },
    offline: {
      title: "Sin conexión",
      text: "No hemos podido conectar. Tu tirada no se pierde: inténtalo cuando tengas red.",
    },
    unknown: { title: "Algo ha salido mal", text: "No ha sido culpa tuya. Inténtalo de nuevo." },
  },
};

const fr: Texts = {
  demo: "Démo – il n’y a rien à gagner",
  loading: "Chargement",
  mute: "Couper le son",
  unmute: "Activer le son",
  wheel: "Roue de la fortune à {count} cases",
  onWheel: "Ce qu’il y a sur la roue",
  noPrize: "sans lot",
  spin: "Tourner la roue",
  spinning: "La roue tourne…",
  slow: "Le réseau est lent. Votre tour est conservé.",
  again: "Tourner encore",
  tryAgain: "Réessayer",
  accept: "J’accepte les {terms}.",
  acceptWithAge: "J’ai au moins {age} ans et j’accepte les {terms}.",
  terms: "conditions de participation",
  newTab: "s’ouvre dans un nouvel onglet",
  acceptFirst: "Veuillez d’abord accepter les conditions.",
  stopped: "La roue s’est arrêtée sur : {segment}.",
  won: "Vous avez gagné !",
  lost: "Pas de lot cette fois.",
  prize: "Votre lot : {prize}",
  code: "Votre code",
  exampleCode: "Exemple de code",
  keepCode: "Présentez ce code pour recevoir votre lot. Prenez-le en photo ou copiez-le.",
  qr: "Votre code sous forme de QR code",
  copy: "Copier le code",
  copied: "Copié",
  next: "Vous pourrez rejouer : {at}",
  noMore: "Merci d’avoir joué !",
  problems: {
    not_open: { title: "Pas encore ouvert", text: "La roue ouvre : {at}" },
    closed: { title: "C’est terminé", text: "Cette opération est terminée. Merci à vous." },
    terms_required: {
      title: "Les conditions ont changé",
      text: "Veuillez les lire et les accepter, puis tournez à nouveau.",
    },
    limit_reached: { title: "Vous avez déjà joué", text: "Tous vos tours sont utilisés." },
    session_missing: {
      title: "D’abord l’événement",
      text: "Ouvrez cette page depuis l’événement auquel vous avez participé.",
    },
    session_required: {
      title: "Pas encore terminé",
      text: "Terminez d’abord votre visite de l’événement, puis tournez la roue.",
    },
    ticket_missing: {
      title: "Il vous faut un ticket",
      text: "Ouvrez le lien de votre ticket ou scannez son code.",
    },
    ticket_invalid: {
      title: "Ticket inconnu",
      text: "Ce ticket n’est pas pour cette opération.",
    },
    ticket_revoked: { title: "Ticket non valable", text: "Ce ticket a été retiré." },
    campaign_not_found: {
      title: "Rien ici",
      text: "Il n’y a pas d’opération à cette adresse, ou elle est terminée.",
    },
    rate_limited: { title: "Trop de demandes", text: "Faites une courte pause, puis réessayez." },
    app_check_required: {
      title: "Non autorisé depuis ici",
      text: "Ouvrez cette page dans votre navigateur, et non dans une autre application.",
    },
    not_configured: { title: "Pas configuré", text: "Cette page ne connaît pas son projet." },
    unauthenticated: {
      title: "Non connecté",
      text: "Votre navigateur a empêché la connexion. Autorisez cette page à stocker des données.",
    },
    offline: {
      title: "Pas de connexion",
      text: "Impossible de joindre l’opération. Votre tour est conservé : réessayez en ligne.",
    },
    unknown: {
      title: "Un problème est survenu",
      text: "Ce n’est pas votre faute. Veuillez réessayer.",
    },
  },
};

const ar: Texts = {
  demo: "عرض تجريبي – لا يمكن ربح أي شيء",
  loading: "جارٍ التحميل",
  mute: "إيقاف الصوت",
  unmute: "تشغيل الصوت",
  wheel: "عجلة الحظ وفيها {count} خانة",
  onWheel: "ما على العجلة",
  noPrize: "بلا جائزة",
  spin: "أدِر العجلة",
  spinning: "العجلة تدور…",
  slow: "الشبكة بطيئة. محاولتك محفوظة.",
  again: "أدِر مرة أخرى",
  tryAgain: "حاول مرة أخرى",
  accept: "أوافق على {terms}.",
  acceptWithAge: "عمري {age} سنة على الأقل وأوافق على {terms}.",
  terms: "الشروط والأحكام",
  newTab: "يفتح في علامة تبويب جديدة",
  acceptFirst: "يرجى الموافقة على الشروط أولاً.",
  stopped: "توقفت العجلة عند: {segment}.",
  won: "لقد ربحت!",
  lost: "لا جائزة هذه المرة.",
  prize: "جائزتك: {prize}",
  code: "رمزك",
  exampleCode: "مثال على رمز",
  keepCode: "أظهر هذا الرمز لتستلم جائزتك. صوّره أو انسخه.",
  qr: "رمزك على شكل رمز QR",
  copy: "نسخ الرمز",
  copied: "تم النسخ",
  next: "يمكنك اللعب مجدداً: {at}",
  noMore: "شكراً لمشاركتك!",
  problems: {
    not_open: { title: "لم تُفتح بعد", text: "تُفتح العجلة: {at}" },
    closed: { title: "انتهت", text: "انتهت هذه الحملة. شكراً لاهتمامك." },
    terms_required: { title: "تغيّرت الشروط", text: "يرجى قراءتها والموافقة عليها ثم أدِر العجلة." },
    limit_reached: { title: "لقد لعبت من قبل", text: "استُخدمت جميع محاولاتك." },
    session_missing: {
      title: "زُر الفعالية أولاً",
      text: "يرجى فتح هذه الصفحة من الفعالية التي شاركت فيها.",
    },
    session_required: {
      title: "لم تنته بعد",
      text: "يرجى إكمال زيارتك للفعالية أولاً ثم أدِر العجلة.",
    },
    ticket_missing: { title: "تحتاج إلى تذكرة", text: "يرجى فتح رابط تذكرتك أو مسح رمزها." },
    ticket_invalid: { title: "تذكرة غير معروفة", text: "هذه التذكرة ليست لهذه الحملة." },
    ticket_revoked: { title: "تذكرة غير صالحة", text: "أُلغيت هذه التذكرة." },
    campaign_not_found: {
      title: "لا شيء هنا",
      text: "لا توجد حملة على هذا العنوان، أو أنها انتهت.",
    },
    rate_limited: { title: "محاولات كثيرة", text: "يرجى أخذ استراحة قصيرة ثم المحاولة مجدداً." },
    app_check_required: {
      title: "غير مسموح من هنا",
      text: "يرجى فتح هذه الصفحة في متصفحك وليس داخل تطبيق آخر.",
    },
    not_configured: { title: "لم يُضبط بعد", text: "هذه الصفحة لا تعرف مشروعها." },
    unauthenticated: {
      title: "لم يتم تسجيل الدخول",
      text: "منع متصفحك تسجيل الدخول. اسمح لهذه الصفحة بتخزين البيانات.",
    },
    offline: {
      title: "لا يوجد اتصال",
      text: "تعذّر الوصول إلى الحملة. محاولتك محفوظة: حاول عند عودة الاتصال.",
    },
    unknown: { title: "حدث خطأ ما", text: "ليس هذا خطأك. يرجى المحاولة مرة أخرى." },
  },
};

const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, es, fr, ar };
const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

export const TRANSLATED = Object.keys(LANGUAGES);

/** The texts for a locale such as `de-CH`. English for a language that the page does not have. */
export function textsOf(locale: string): Texts {
  const language = languageOf(locale);
  return (Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined) ?? en;
}

export function directionOf(locale: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? "rtl" : "ltr";
}

/** What is wrong in words. Reasons without words of their own get those of `unknown`. */
export function problemWords(texts: Texts, reason: string): Words {
  return (Object.hasOwn(texts.problems, reason) && texts.problems[reason]) || texts.problems.unknown;
}

/** The text with what stands for each `{name}`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** A point in time as this device's clock shows it, such as “Sunday, 29 November, 12:00”. */
export function timeText(at: number, locale: string): string {
  const style = { dateStyle: "full", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(locale, style).format(at);
  } catch {
    return new Intl.DateTimeFormat("en", style).format(at);
  }
}

function languageOf(locale: string): string {
  return locale.split(/[-_]/)[0]?.toLowerCase() ?? "";
}
