"""My account: name, language, password, sessions."""
