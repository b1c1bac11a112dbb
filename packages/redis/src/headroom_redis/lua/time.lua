-- now. Returns the microsecond that it is.
return now_exactly
