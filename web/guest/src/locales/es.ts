/** The page's words in Spanish. */

import type { Words } from "./en.ts";

const words: Words = {
  direction: "ltr",
  page: {
    title: "Te damos la bienvenida",
    loading: "Cargando…",
    language: "Idioma",
    loadAgain: "Volver a cargar",
    tryAgain: "Intentar de nuevo",
    nextTryIn: "Próximo intento en {time}.",
    retrying: "Intentándolo de nuevo…",
    startAgain: "Empezar de nuevo",
  },
  problems: {
    none: {
      title: "Vuelve a escanear el código",
      text: "Esta dirección no es de ningún evento. El código del lugar te lleva a la correcta.",
    },
    project_not_found: {
      title: "Aquí no hay nada",
      text: "No hay ningún evento en esta dirección. Vuelve a escanear el código.",
    },
    project_not_live: {
      title: "Ahora no está abierto",
      text: "Este evento aún no ha empezado o ya ha terminado.",
    },
    event_not_found: {
      title: "Ahora no está abierto",
      text: "No hay ningún evento en esta dirección, o no está abierto al público.",
    },
    event_not_live: {
      title: "Ahora no está abierto",
      text: "Este evento aún no ha empezado o ya ha terminado.",
    },
    offline: {
      title: "Sin conexión",
      text: "No hemos podido conectar con el evento. Todo seguirá en cuanto vuelvas a tener conexión.",
    },
    not_loaded: {
      title: "Vuelve a cargar esta página",
      text: "Una parte no ha llegado. Tus respuestas se conservan.",
    },
    newer_step: {
      title: "Aquí hay algo nuevo",
      text: "Esta página es más antigua que uno de sus pasos. Vuelve a cargarla para verlos todos.",
    },
    steps_unknown: {
      title: "Esta página es demasiado antigua",
      text: "Un paso que necesita respuesta es más nuevo que ella. Vuelve a cargarla o pregunta al personal.",
    },
    not_configured: {
      title: "Aún sin configurar",
      text: "Esta página no conoce su proyecto: /__/firebase/init.json no contiene la configuración.",
    },
    unauthenticated: {
      title: "Sesión no iniciada",
      text: "Tu navegador no nos ha dejado iniciar la sesión. Permite que esta página guarde datos y vuelve a intentarlo.",
    },
    app_check_required: {
      title: "Desde aquí no se puede",
      text: "Abre esta página en el navegador de tu teléfono y no dentro de otra aplicación.",
    },
    experience_unavailable: {
      title: "Ya no está disponible",
      text: "Esta experiencia se ha retirado. Elige otra, por favor.",
    },
    rate_limited: {
      title: "Han sido muchas veces",
      text: "Has empezado muchas veces. Tómate un breve descanso.",
    },
    "auth/too-many-requests": {
      title: "Demasiada gente en esta red wifi",
      text: "Usa los datos móviles y podrás entrar enseguida. O espera aquí: tu visita seguirá sola.",
    },
    abandoned: {
      title: "Esta visita se ha cerrado",
      text: "Pasó demasiado tiempo sin actividad o se empezó de nuevo en otro sitio. Puedes volver a empezar.",
    },
    error: {
      title: "Esta visita ha terminado",
      text: "Algo ha fallado por el camino. Puedes volver a empezar.",
    },
    session_not_found: {
      title: "Esta visita es de otra persona",
      text: "El enlace se ha abierto en otro teléfono. Puedes empezar tu propia visita.",
    },
    steps_incomplete: {
      title: "Falta algo",
      text: "No se han podido responder todas las preguntas. Puedes volver a empezar.",
    },
    unknown: {
      title: "Algo ha fallado",
      text: "No ha sido culpa tuya. Vuelve a intentarlo, por favor.",
    },
  },
  welcome: {
    eyebrow: "Te damos la bienvenida a",
    choose: "Elige tu experiencia",
    ready: "¿Todo listo?",
    nothing: "Ahora no hay nada",
    nothingText: "Ahora mismo no hay nada que probar. Vuelve más tarde, por favor.",
    begin: "Empezar",
  },
  consent: {
    agree: "Acepto",
    agreeWithAge: {
      one: "Acepto y tengo al menos {count} año",
      many: "Acepto y tengo al menos {count} de años",
      other: "Acepto y tengo al menos {count} años",
    },
    chooseAfter: "Acepta primero y después elige.",
    beginAfter: "Acepta primero y después empieza.",
  },
  inApp: {
    label: "Tu navegador",
    text: "Esta página está abierta dentro de {app}, donde quizá no funcionen la cámara ni guardar. Es mejor el navegador de tu teléfono: ábrelo aquí o en el menú de la aplicación.",
    anotherApp: "otra aplicación",
    open: "Abrir el navegador",
    copy: "Copiar la dirección",
    copied: "Dirección copiada",
  },
  step: {
    steps: "Pasos",
    position: "Paso {index} de {count}",
    previous: "Paso anterior",
    next: "Continuar",
    skip: "Omitir",
    done: "Listo",
    oneMoment: "Un momento…",
    waitingForNetwork: "Esperando la conexión…",
    madeWithNetwork: "Tu imagen se creará cuando vuelva la conexión",
    goOnWithout: "Seguir sin él",
    enterKey: "Intro",
    controlKey: "Ctrl",
  },
  saving: {
    saved: "Guardado",
    saving: "Guardando…",
    offline: "Sin conexión: conservamos tus respuestas",
    offlineShort: "Sin conexión",
    photo: "Tu foto espera a que haya conexión",
    photoShort: "Foto en espera",
  },
  stepTitles: {
    capture: "Haz una foto",
    processing: "Estamos creando tu imagen",
    reward: "Aquí la tienes",
    "experience-picker": "Elige tu imagen",
    info: "Te damos la bienvenida",
    question: "Una pregunta",
  },
  questions: {
    answer: "Tu respuesta",
    email: "nombre@example.com",
    yes: "Sí",
    no: "No",
    chooseMany: "Elige todas las que quieras.",
    left: {
      one: "Queda {count} carácter",
      many: "Quedan {count} de caracteres",
      other: "Quedan {count} caracteres",
    },
    tooMany: {
      one: "Sobra {count} carácter",
      many: "Sobran {count} de caracteres",
      other: "Sobran {count} caracteres",
    },
  },
  answerProblems: {
    choose: "Elige una respuesta, por favor.",
    fill: "Rellena este campo, por favor.",
    tooLong: {
      one: "Usa {count} carácter como máximo.",
      many: "Usa {count} de caracteres como máximo.",
      other: "Usa {count} caracteres como máximo.",
    },
    email: "Escribe una dirección como nombre@example.com.",
    needed: "Aquí todavía falta una respuesta.",
    rejected: "Esta respuesta no encaja aquí. Cámbiala, por favor.",
  },
  camera: {
    label: "Cámara",
    view: "Lo que ve la cámara",
    close: "Cerrar la cámara",
    shoot: "Hacer la foto",
    flip: "Usar la otra cámara",
  },
  capture: {
    yourPhoto: "Tu foto",
    yourVideo: "Tu vídeo",
    take: "Hacer una foto",
    choose: "Elegir una foto",
    chooseAny: "Elegir una foto o un vídeo",
    cameraAgain: "Probar otra vez la cámara",
    usePhoto: "Usar esta foto",
    useVideo: "Usar este vídeo",
    retakePhoto: "Hacer otra foto",
    retakeVideo: "Hacer otro",
    cancel: "Cancelar",
    upload: "Envío",
    uploading: "Enviando tu foto",
    checking: "Ya casi está",
    waiting: "Esperando la conexión",
  },
  captureProblems: {
    camera_denied:
      "No tenemos permiso para usar la cámara. Dalo en los ajustes del navegador o elige una foto.",
    camera_missing: "No hemos encontrado ninguna cámara. Elige una foto en su lugar.",
    camera_busy:
      "Otra aplicación está usando la cámara. Ciérrala y vuelve a intentarlo, o elige una foto.",
    wrong_type: "No podemos usar este archivo. Elige una imagen JPEG, PNG, WebP o AVIF.",
    wrong_video: "No podemos usar este tipo de vídeo. Elige un MP4, un MOV o un WebM.",
    video_not_asked: "Esto es un vídeo. Haz o elige una foto, por favor.",
    empty_file: "Este archivo está vacío. Elige otro, por favor.",
    unreadable_file:
      "Tu teléfono no ha entregado este archivo. Descárgalo primero en el teléfono o elige otro.",
    unsupported_media:
      "Este navegador no puede leer la foto. Haz una aquí con la cámara o elige un JPEG.",
    too_large: "Esta foto es demasiado grande. Elige una de {size} como máximo.",
    video_too_large: "Este vídeo es demasiado grande. Elige uno de {size} como máximo.",
    upload_type_mismatch: "Este archivo no es la imagen que dice ser. Haz otra, por favor.",
    upload_damaged: "Esta foto está dañada o incompleta. Haz o elige otra, por favor.",
    upload_too_many_pixels:
      "Esta foto tiene más de {megapixels} megapíxeles. Elige una más pequeña.",
    upload_too_large: "Esta foto es demasiado grande. Elige una de {size} como máximo.",
    rate_limited:
      "Has enviado mucho en esta hora. Tómate un breve descanso y vuelve a intentarlo.",
    upload_missing: "La foto no ha llegado. Vuelve a intentarlo, por favor.",
    interrupted: "El envío se ha interrumpido. Guardamos tu foto y se enviará sola.",
    offline: "No hay conexión. Guardamos tu foto y se enviará sola.",
    session_not_active: "Esta visita ha terminado entretanto.",
    unknown: "No se ha podido enviar la foto. Vuelve a intentarlo, por favor.",
  },
  picture: {
    label: "Tu imagen",
    alt: "Tu imagen de {name}",
    waiting: "Preparando…",
    pending: "En la cola…",
    running: "Creando tu imagen…",
    ready: "Tu imagen está lista.",
    cancel: "Cancelar",
    makeAfterAll: "Crearla de todos modos",
    tryOnceMore: "Intentarlo otra vez",
  },
  pictureProblems: {
    SAFETY_FILTERED: {
      title: "Hagamos otra foto",
      text: "Con esta no hemos podido crear una imagen que podamos mostrar.",
    },
    INVALID_INPUT: {
      title: "Esta foto no ha servido",
      text: "No hemos podido leerla. Con una foto nueva funcionará.",
    },
    TIMEOUT: {
      title: "Ha tardado demasiado",
      text: "Hemos dejado de esperar. Inténtalo otra vez, por favor.",
    },
    PHOTO_LOST: { title: "Hagamos otra foto", text: "Tu foto ya no está." },
    CANCELLED: {
      title: "Cancelado",
      text: "No se ha creado ninguna imagen. Todavía puedes tener una.",
    },
    unknown: {
      title: "Tu imagen no ha salido",
      text: "Algo ha fallado al crearla. Inténtalo otra vez, por favor.",
    },
  },
  limits: {
    hour: { title: "Un breve descanso", text: "Has hecho muchas imágenes." },
    day: { title: "Eso es todo por hoy", text: "Hoy ya no hay más imágenes para ti." },
  },
  comeBack: {
    tomorrow: "Vuelve mañana, por favor.",
    soon: "Vuelve a intentarlo dentro de un minuto.",
    minutes: {
      one: "Vuelve a intentarlo dentro de {count} minuto, más o menos.",
      many: "Vuelve a intentarlo dentro de {count} de minutos, más o menos.",
      other: "Vuelve a intentarlo dentro de {count} minutos, más o menos.",
    },
    hours: {
      one: "Vuelve a intentarlo dentro de {count} hora, más o menos.",
      many: "Vuelve a intentarlo dentro de {count} de horas, más o menos.",
      other: "Vuelve a intentarlo dentro de {count} horas, más o menos.",
    },
  },
  result: {
    ready: "¡Aquí la tienes!",
    inProgress: "Tu imagen está en camino",
    none: "¡Gracias!",
    takeAlong: "Llévate tu imagen de {name}.",
    appearsHere: "Aparecerá aquí sola. Puedes quedarte en esta página.",
    another: "Crear otra",
    newPhoto: "Hacer una foto nueva",
  },
  keeping: {
    label: "Llévate tu imagen",
    share: "Compartir",
    save: "Guardar",
    copyLink: "Copiar el enlace",
    email: "Correo",
    message: "Mi imagen de {name}",
    postIt: "Ahora publícala en {network}.",
    saved: "Guardada.",
    opened: "La imagen se ha abierto aparte. Mantenla pulsada o usa el menú para guardarla.",
    notFetched: "La imagen no ha llegado. Toca otra vez para abrirla.",
    linkCopied: "El enlace está copiado.",
    notCopied: "Tu navegador no nos deja copiar. Guarda la imagen en su lugar.",
    code: "Un código que abre tu imagen en otro teléfono",
    onAnotherPhone: "¿En otro teléfono?",
    scan: "Escanea el código para abrir allí tu imagen.",
  },
  kiosk: {
    question: "¿Sigues ahí?",
    forgotten: "Si no, la visita termina y este dispositivo la olvida.",
    seconds: {
      one: "Queda {count} segundo",
      many: "Quedan {count} de segundos",
      other: "Quedan {count} segundos",
    },
    stay: "Sigo aquí",
    done: "He terminado",
    leaving: "Un momento, para la siguiente persona…",
    alongTitle: "Llévatela contigo",
    along: "Escanea el código con tu móvil. En este dispositivo no queda nada tuyo.",
  },
  erasing: {
    button: "Borrar mi imagen y mi visita",
    buttonWithoutPicture: "Borrar mi visita",
    question: "¿Borrar para siempre tus fotos, imágenes y respuestas de este evento?",
    consequence: "Después no se podrá recuperar nada.",
    keep: "Conservar todo",
    erase: "Borrar para siempre",
  },
};

export default words;
