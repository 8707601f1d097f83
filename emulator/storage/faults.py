"""Storage that fails now and then: an operation is refused, or its answer is lost."""

from flask import Flask, Response, g, request

from emulator.faults.injector import Chance


def fail_sometimes(app: Flask, chance: Chance) -> None:
    """Answer 503 as `chance` decides, half of the time after the operation has had its effect."""

    @app.before_request
    def refuse() -> Response | None:
        about = f"{request.method} {request.path} {request.args.get('name', '')}"
        if not chance.happens("storage", about):
            return None
        g.answer_is_lost = chance.coin("storage.after", about)
        return None if g.answer_is_lost else _unavailable("before it had an effect")

    @app.after_request
    def lose_answer(answer: Response) -> Response:
        if not g.get("answer_is_lost"):
            return answer
        answer.close()
        return _unavailable("after it had its effect")


def _unavailable(when: str) -> Response:
    return Response(f"This request failed {when}, by a fault.", 503, mimetype="text/plain")
