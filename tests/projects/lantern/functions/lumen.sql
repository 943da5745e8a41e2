watts * 15
