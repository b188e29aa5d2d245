{{ avledet_11f(bare_dekket=true) }}
