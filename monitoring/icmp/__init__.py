"""Pings: who answers an echo request, by ICMP where the system allows it, else over TCP."""
