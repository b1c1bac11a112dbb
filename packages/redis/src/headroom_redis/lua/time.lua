-- now. Returns the millisecond that it is.
return now
