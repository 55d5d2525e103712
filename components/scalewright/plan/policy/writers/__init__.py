"""What a check found, written for people and for programs. Pure: each makes a text of a report."""
