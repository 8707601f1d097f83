"""Faults of the storage: a request is refused, or its response is lost."""

from flask import Flask, Response, g, request

from emulator.faults.injector import FaultInjector


def fail_sometimes(app: Flask, injector: FaultInjector) -> None:
    """Return 503 as `injector` decides, half of the time after the request has had its effect."""

    @app.before_request
    def refuse() -> Response | None:
        subject = f"{request.method} {request.path} {request.args.get('name', '')}"
        if not injector.injects("storage", subject):
            return None
        g.response_is_lost = injector.flip_coin("storage.after", subject)
        return None if g.response_is_lost else _unavailable("before it had an effect")

    @app.after_request
    def lose_response(response: Response) -> Response:
        if not g.get("response_is_lost"):
            return response
        response.close()
        return _unavailable("after it had its effect")


def _unavailable(when: str) -> Response:
    return Response(f"This request failed {when}, by a fault.", 503, mimetype="text/plain")
