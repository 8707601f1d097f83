"""Pictures after words and colours alone: the same bytes for the same words. Pure.

`backgrounds` and `emblems` draw with numpy, on the canvas of `shading`; `wheels` with Pillow.
"""
