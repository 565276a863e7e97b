"""Starts the emulator: python -m parley_emulator."""
import ministack.app

if __name__ == "__main__":
    ministack.app.main()
