"""The fraud desk: signs of votes cast in other people's names, cases, and voided ballots."""
