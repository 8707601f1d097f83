"""Storage that fails now and then: an operation is refused, or its answer is lost."""

from flask import Flask, Response, g, request

from emulator.faults.injector import FaultInjector


def fail_sometimes(app: Flask, injector: FaultInjector) -> None:
    """Answer 503 as `injector` decides, half of the time after the operation has had its effect."""

    @app.before_request
    def refuse() -> Response | None:
        subject = f"{request.method} {request.path} {request.args.get('name', '')}"
        if not injector.injects("storage", subject):
            return None
        g.answer_is_lost = injector.flip_coin("storage.after", subject)
        return None if g.answer_is_lost else _unavailable("before it had an effect")

    @app.after_request
    def lose_answer(answer: Response) -> Response:
        if not g.get("answer_is_lost"):
            return answer
        answer.close()
        return _unavailable("after it had its effect")


def _unavailable(when: str) -> Response:
    return Response(f"This request failed {when}, by a fault.", 503, mimetype="text/plain")
