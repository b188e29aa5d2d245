"""From a file in the inbox to rows in `raw`: recognise, control, pseudonymise, keep aside what cannot be trusted."""
