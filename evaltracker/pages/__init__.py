"""How do we show it? The admin kit that every floor hangs its pages into."""
