"""Understanding language: what a task means and what a command asks for. It knows no database and never decides a time."""
