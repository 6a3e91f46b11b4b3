"""Presence without SNMP: who answers a ping, how rooms are woken, which seats are on."""
