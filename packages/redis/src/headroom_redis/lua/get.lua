-- Of the keys, this has data, gone, holds, age and held_age only. now, key, how the original is wanted: 0 not, 1 in
-- any case, 2 where it is not large; whether leases that have ended were let go. Returns whether
-- something has expired, then entry, view and original, or why there is none, "n" where nothing
-- says so, though nothing was cleared and no reason forgotten; or 2 alone, where leases are to be
-- let go first. Changes nothing.
local LARGE = 131072
local key, gone = ARGV[2], KEYS[2]
holds = KEYS[3]
local found = call('HMGET', data, 's', 'e' .. key, 'v' .. key)
local problem = problem_of(found[1])
if problem then return problem end
local due = 0
if found[1] then
  local first = unpack_numbers('>d', found[1], 89)
  if first < now then due = 1 end
end
local packed = found[2]
if packed then
  if #packed < ENTRY_BYTES then return {due, packed, false, false} end
  local expires = unpack_numbers('>d', packed)
  local reference = packed:sub(49, 80)
  if expires ~= NEVER and expires < now then
    if not is_held(reference) then return {due, 'x', whole(expires)} end
    if ARGV[4] == '0' and has_ended(found[1]) then return {2} end
  end
  local original = false
  -- The original is the view where there is none of its own.
  local wanted = ARGV[3]
  if wanted == '0' and reference == packed:sub(81, 112) then wanted = '2' end
  if wanted == '2' and call('HSTRLEN', data, 'o' .. reference) > LARGE then
    -- A script would copy it several times: it is faster to be asked for it.
    return {due, packed, found[3], false, 'o' .. reference}
  end
  if wanted ~= '0' then original = call('HGET', data, 'o' .. reference) end
  return {due, packed, found[3], original}
end
-- Of what was neither deleted nor let go, the server has taken the entry, and not yet its age.
if call('ZSCORE', KEYS[4], key) or call('ZSCORE', KEYS[5], key) then return {due, 'v', whole(now)} end
local went = call('HGET', gone, key)
if not went then
  local cleared, reasons = 0, 0
  if found[1] then
    cleared, reasons = unpack_numbers('>d', found[1], 17), unpack_numbers('>d', found[1], 105)
  end
  return {due, cleared == 0 and reasons < REMEMBERED and 'n' or 'a', whole(now)}
end
return {due, went:sub(17, 17), whole((unpack_numbers('>d', went)))}
