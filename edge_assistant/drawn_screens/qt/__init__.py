"""The drawing itself, with Qt's widgets on its offscreen platform. Imports Qt: only the drawing process imports it."""
