"""The interface: the only code outside app.py and pages/ that knows Streamlit."""
