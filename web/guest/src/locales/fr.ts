/** The page's words in French. A narrow space that does not break stands before `?`, `!` and `;`. */

import type { Words } from "./en.ts";

const words: Words = {
  direction: "ltr",
  page: {
    title: "Bienvenue",
    loading: "Chargement…",
    language: "Langue",
    loadAgain: "Recharger",
    tryAgain: "Réessayer",
    nextTryIn: "Prochain essai dans {time}.",
    retrying: "Nouvel essai…",
    startAgain: "Recommencer",
  },
  problems: {
    none: {
      title: "Scannez à nouveau le code",
      text: "Cette adresse ne correspond à aucun événement. Le code affiché sur place mène à la bonne.",
    },
    project_not_found: {
      title: "Rien par ici",
      text: "Il n’y a pas d’événement à cette adresse. Veuillez scanner à nouveau le code.",
    },
    project_not_live: {
      title: "Pas ouvert en ce moment",
      text: "Cet événement n’a pas encore commencé, ou il est terminé.",
    },
    event_not_found: {
      title: "Pas ouvert en ce moment",
      text: "Il n’y a pas d’événement à cette adresse, ou il n’est pas ouvert au public.",
    },
    event_not_live: {
      title: "Pas ouvert en ce moment",
      text: "Cet événement n’a pas encore commencé, ou il est terminé.",
    },
    offline: {
      title: "Pas de connexion",
      text: "Impossible de joindre l’événement. Tout reprendra dès que vous serez de nouveau en ligne.",
    },
    not_loaded: {
      title: "Rechargez cette page",
      text: "Une partie n’est pas arrivée. Vos réponses sont conservées.",
    },
    newer_step: {
      title: "Il y a du nouveau ici",
      text: "Cette page est plus ancienne que l’une de ses étapes. Rechargez-la pour les voir toutes.",
    },
    steps_unknown: {
      title: "Cette page est trop ancienne",
      text: "Une étape qui demande une réponse est plus récente qu’elle. Rechargez-la ou adressez-vous au personnel.",
    },
    not_configured: {
      title: "Pas encore configuré",
      text: "Cette page ne connaît pas son projet : /__/firebase/init.json ne contient aucune configuration.",
    },
    unauthenticated: {
      title: "Non connecté",
      text: "Votre navigateur a empêché la connexion. Autorisez cette page à enregistrer des données, puis réessayez.",
    },
    app_check_required: {
      title: "Impossible depuis ici",
      text: "Veuillez ouvrir cette page dans le navigateur de votre téléphone, et non dans une autre application.",
    },
    experience_unavailable: {
      title: "Plus disponible",
      text: "Cette expérience a été retirée. Veuillez en choisir une autre.",
    },
    rate_limited: {
      title: "Cela fait beaucoup",
      text: "Vous avez commencé très souvent. Faites une petite pause.",
    },
    "auth/too-many-requests": {
      title: "Trop de monde sur ce Wi-Fi",
      text: "Passez aux données mobiles : cela fonctionne aussitôt. Ou patientez ici : votre visite reprendra d’elle-même.",
    },
    abandoned: {
      title: "Cette visite a pris fin",
      text: "Elle est restée trop longtemps inactive, ou a été recommencée ailleurs. Vous pouvez recommencer.",
    },
    error: {
      title: "Cette visite s’est arrêtée",
      text: "Un problème est survenu en chemin. Vous pouvez recommencer.",
    },
    session_not_found: {
      title: "Cette visite est celle de quelqu’un d’autre",
      text: "Le lien a été ouvert sur un autre téléphone. Vous pouvez commencer votre propre visite.",
    },
    steps_incomplete: {
      title: "Il manque quelque chose",
      text: "Toutes les questions n’ont pas pu recevoir de réponse. Vous pouvez recommencer.",
    },
    unknown: {
      title: "Un problème est survenu",
      text: "Vous n’y êtes pour rien. Veuillez réessayer.",
    },
  },
  welcome: {
    eyebrow: "Bienvenue à",
    choose: "Choisissez votre expérience",
    ready: "Tout est prêt ?",
    nothing: "Rien pour l’instant",
    nothingText: "Il n’y a rien à essayer en ce moment. Revenez plus tard.",
    begin: "Commencer",
  },
  consent: {
    agree: "J’accepte",
    agreeWithAge: {
      one: "J’accepte et j’ai au moins {count} an",
      many: "J’accepte et j’ai au moins {count} d’années",
      other: "J’accepte et j’ai au moins {count} ans",
    },
    chooseAfter: "Acceptez d’abord, puis choisissez.",
    beginAfter: "Acceptez d’abord, puis commencez.",
  },
  inApp: {
    label: "Votre navigateur",
    text: "Cette page est ouverte dans {app}, où l’appareil photo et l’enregistrement ne marchent pas toujours. Préférez le navigateur de votre téléphone : ouvrez-le ici ou dans le menu de l’application.",
    anotherApp: "une autre application",
    open: "Ouvrir le navigateur",
    copy: "Copier l’adresse",
    copied: "Adresse copiée",
  },
  step: {
    steps: "Étapes",
    position: "Étape {index} sur {count}",
    previous: "Étape précédente",
    next: "Continuer",
    skip: "Passer",
    done: "Terminer",
    oneMoment: "Un instant…",
    waitingForNetwork: "En attente du réseau…",
    madeWithNetwork: "Votre image sera créée dès le retour du réseau",
    goOnWithout: "Continuer sans elle",
    enterKey: "Entrée",
    controlKey: "Ctrl",
  },
  saving: {
    saved: "Enregistré",
    saving: "Enregistrement…",
    offline: "Hors ligne – vos réponses sont conservées",
    offlineShort: "Hors ligne",
    photo: "Votre photo attend le réseau",
    photoShort: "Photo en attente",
  },
  stepTitles: {
    capture: "Prenez une photo",
    processing: "Votre image est en cours de création",
    reward: "La voici",
    "experience-picker": "Choisissez votre image",
    info: "Bienvenue",
    question: "Une question",
  },
  questions: {
    answer: "Votre réponse",
    email: "nom@example.com",
    yes: "Oui",
    no: "Non",
    chooseMany: "Choisissez-en autant que vous voulez.",
    left: {
      one: "{count} caractère restant",
      many: "{count} de caractères restants",
      other: "{count} caractères restants",
    },
    tooMany: {
      one: "{count} caractère de trop",
      many: "{count} de caractères de trop",
      other: "{count} caractères de trop",
    },
  },
  answerProblems: {
    choose: "Veuillez choisir une réponse.",
    fill: "Veuillez remplir ce champ.",
    tooLong: {
      one: "Veuillez utiliser {count} caractère au maximum.",
      many: "Veuillez utiliser {count} de caractères au maximum.",
      other: "Veuillez utiliser {count} caractères au maximum.",
    },
    email: "Veuillez saisir une adresse comme nom@example.com.",
    needed: "Il manque encore une réponse ici.",
    rejected: "Cette réponse ne convient pas ici. Veuillez la modifier.",
  },
  camera: {
    label: "Appareil photo",
    view: "Ce que voit l’appareil photo",
    close: "Fermer l’appareil photo",
    shoot: "Prendre la photo",
    flip: "Changer d’appareil photo",
  },
  capture: {
    yourPhoto: "Votre photo",
    yourVideo: "Votre vidéo",
    take: "Prendre une photo",
    choose: "Choisir une photo",
    chooseAny: "Choisir une photo ou une vidéo",
    cameraAgain: "Réessayer l’appareil photo",
    usePhoto: "Utiliser cette photo",
    useVideo: "Utiliser cette vidéo",
    retakePhoto: "Prendre une autre photo",
    retakeVideo: "En prendre une autre",
    cancel: "Annuler",
    upload: "Envoi",
    uploading: "Envoi de votre photo",
    checking: "Presque fini",
    waiting: "En attente du réseau",
  },
  captureProblems: {
    camera_denied:
      "Nous n’avons pas accès à l’appareil photo. Autorisez-le dans les réglages du navigateur, ou choisissez une photo.",
    camera_missing: "Aucun appareil photo n’a été trouvé ici. Choisissez plutôt une photo.",
    camera_busy:
      "Une autre application utilise l’appareil photo. Fermez-la et réessayez, ou choisissez une photo.",
    wrong_type:
      "Nous ne pouvons pas utiliser ce fichier. Veuillez choisir une image JPEG, PNG, WebP ou AVIF.",
    wrong_video:
      "Nous ne pouvons pas utiliser ce type de vidéo. Veuillez choisir un MP4, un MOV ou un WebM.",
    video_not_asked: "C’est une vidéo. Veuillez prendre ou choisir une photo.",
    empty_file: "Ce fichier est vide. Veuillez en choisir un autre.",
    unreadable_file:
      "Votre téléphone n’a pas transmis ce fichier. Téléchargez-le d’abord sur le téléphone, ou choisissez-en un autre.",
    unsupported_media:
      "Ce navigateur ne peut pas lire la photo. Prenez-en une ici avec l’appareil photo, ou choisissez un JPEG.",
    too_large: "Cette photo est trop lourde. Veuillez en choisir une de {size} au maximum.",
    video_too_large: "Cette vidéo est trop lourde. Veuillez en choisir une de {size} au maximum.",
    upload_type_mismatch:
      "Ce fichier n’est pas l’image qu’il prétend être. Veuillez en prendre une autre.",
    upload_damaged:
      "Cette photo est endommagée ou incomplète. Veuillez en prendre ou en choisir une autre.",
    upload_too_many_pixels:
      "Cette photo dépasse {megapixels} mégapixels. Veuillez en choisir une plus petite.",
    upload_too_large: "Cette photo est trop lourde. Veuillez en choisir une de {size} au maximum.",
    rate_limited:
      "Vous avez beaucoup envoyé pendant cette heure. Faites une petite pause, puis réessayez.",
    upload_missing: "La photo n’est pas arrivée. Veuillez réessayer.",
    interrupted: "L’envoi a été interrompu. Votre photo est conservée et partira toute seule.",
    offline: "Il n’y a pas de réseau. Votre photo est conservée et partira toute seule.",
    session_not_active: "Cette visite a pris fin entre-temps.",
    unknown: "La photo n’a pas pu être envoyée. Veuillez réessayer.",
  },
  picture: {
    label: "Votre image",
    alt: "Votre image de {name}",
    waiting: "Préparation…",
    pending: "Dans la file d’attente…",
    running: "Création de votre image…",
    ready: "Votre image est prête.",
    cancel: "Annuler",
    makeAfterAll: "La créer quand même",
    tryOnceMore: "Réessayer",
  },
  pictureProblems: {
    SAFETY_FILTERED: {
      title: "Prenons une autre photo",
      text: "Celle-ci n’a pas pu donner une image que nous puissions montrer.",
    },
    INVALID_INPUT: {
      title: "Cette photo n’a pas marché",
      text: "Nous n’avons pas pu la lire. Une nouvelle photo fera l’affaire.",
    },
    TIMEOUT: {
      title: "Cela a pris trop de temps",
      text: "Nous avons cessé d’attendre. Veuillez réessayer.",
    },
    PHOTO_LOST: { title: "Prenons une autre photo", text: "Votre photo n’est plus là." },
    CANCELLED: {
      title: "Annulé",
      text: "Aucune image n’a été créée. Vous pouvez encore en avoir une.",
    },
    unknown: {
      title: "Votre image n’a pas abouti",
      text: "Un problème est survenu pendant sa création. Veuillez réessayer.",
    },
  },
  limits: {
    hour: { title: "Une petite pause", text: "Vous avez déjà créé beaucoup d’images." },
    day: {
      title: "C’est tout pour aujourd’hui",
      text: "Il n’y a plus d’images pour vous aujourd’hui.",
    },
  },
  comeBack: {
    tomorrow: "Revenez demain.",
    soon: "Réessayez dans une minute.",
    minutes: {
      one: "Réessayez dans environ {count} minute.",
      many: "Réessayez dans environ {count} de minutes.",
      other: "Réessayez dans environ {count} minutes.",
    },
    hours: {
      one: "Réessayez dans environ {count} heure.",
      many: "Réessayez dans environ {count} d’heures.",
      other: "Réessayez dans environ {count} heures.",
    },
  },
  result: {
    ready: "La voici !",
    inProgress: "Votre image arrive",
    none: "Merci !",
    takeAlong: "Emportez votre image de {name}.",
    appearsHere: "Elle apparaîtra ici toute seule. Vous pouvez rester sur cette page.",
    another: "En créer une autre",
    newPhoto: "Prendre une nouvelle photo",
  },
  keeping: {
    label: "Emportez votre image",
    share: "Partager",
    save: "Enregistrer",
    copyLink: "Copier le lien",
    email: "E-mail",
    message: "Mon image de {name}",
    postIt: "Publiez-la maintenant sur {network}.",
    saved: "Enregistrée.",
    opened:
      "L’image est ouverte à part. Appuyez longuement dessus, ou passez par le menu, pour l’enregistrer.",
    notFetched: "L’image n’est pas arrivée. Touchez encore une fois pour l’ouvrir.",
    linkCopied: "Le lien est copié.",
    notCopied: "Votre navigateur ne permet pas de copier. Enregistrez plutôt l’image.",
    code: "Un code qui ouvre votre image sur un autre téléphone",
    onAnotherPhone: "Sur un autre téléphone ?",
    scan: "Scannez le code pour y ouvrir votre image.",
  },
  kiosk: {
    question: "Vous êtes toujours là ?",
    forgotten: "Sinon, cette visite se termine et l’appareil l’oublie.",
    seconds: {
      one: "Encore {count} seconde",
      many: "Encore {count} de secondes",
      other: "Encore {count} secondes",
    },
    stay: "Je suis toujours là",
    done: "J’ai terminé",
    leaving: "Un instant, pour la personne suivante…",
    alongTitle: "Emportez-la",
    along: "Scannez le code avec votre téléphone. Rien de vous ne reste sur cet appareil.",
  },
  erasing: {
    button: "Supprimer mon image et ma visite",
    buttonWithoutPicture: "Supprimer ma visite",
    question: "Supprimer définitivement vos photos, images et réponses de cet événement ?",
    consequence: "Rien ne pourra être récupéré ensuite.",
    keep: "Tout garder",
    erase: "Supprimer définitivement",
  },
};

export default words;
