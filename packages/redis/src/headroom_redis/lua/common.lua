-- What all scripts share: each begins with this file. Those that write go on with state.lua and
-- writing.lua.
--
-- A namespace is twelve keys of one hash slot:
--   data        hash: "s" the state, "e"<key> an entry, "v"<key> its view, "o"<reference> an
--               original, "c" the last clear
--   age         sorted set: keys by the number of their write, those that may be evicted
--   expiry      sorted set: keys by the millisecond in which they expire, likewise
--   references  sorted set, by name: 32 bytes of reference, then 8 of the number of the write
--   gone        hash: why a key is no longer there; gone_age says which is the oldest to forget
--   seen        hash: the reference behind a view, and its seal; seen_age likewise
--   held_age    sorted set: keys of what leases hold, by the number of their write
--   holds       hash: how many leases name a reference
--   leases      sorted set: holders by the millisecond in which their lease ends
--   leased      sorted set, by name: 16 bytes of a holder, then 32 of a reference
-- What was overwritten while it was held is kept under another key: a byte with which no text
-- begins, 8 bytes of the number of its write, and the key.
--
-- A script reads, and finds all that could refuse it, before it changes anything: Redis does not
-- take back what a script did before it failed.

local data, age, expiry, references = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local gone, gone_age, seen, seen_age = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local held_age, holds, leases, leased = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local call = redis.call
local pack, unpack_numbers = struct.pack, struct.unpack
-- What tells of the keys of the client, four bytes each, that by which it seals first. Every script is
-- given that last but one, and then what state.lua says.
local key_ids = ARGV[#ARGV - 1]

local FORMAT = 4
local STATE, STATE_BYTES = '>dddddddddddddddddddddddd', 192
-- The formats from before the first release.
local OLD_BYTES = {128, 192, 192}
-- Later than anything, and exact as a number.
local FAR = 9007199254740992
-- How many keys that went, and how many views, a namespace remembers.
local REMEMBERED = 10000
-- What one script clears away at most: others wait meanwhile.
local SWEPT, EVICTED, LET_GO = 100, 500, 250
-- Of so many keys that the server took away it is remembered that it did.
local LOST = 1000
-- A namespace without entries is forgotten after a day; the slack saves setting that anew each time.
local KEPT, SLACK = 86400000, 21600000
-- An entry: when it expires and the number of its write, as set here, then what the client wrote:
-- version, size, time, the token of the write, two references, and the metadata.
local ENTRY_BYTES = 112
local NEVER = -1

-- Milliseconds, and microseconds.
local now, now_exactly
if ARGV[1] == '' then
  local time = call('TIME')
  now_exactly = time[1] * 1000000 + time[2]
  now = math.floor(now_exactly / 1000)
else
  now = tonumber(ARGV[1])
  now_exactly = now * 1000
end

local function whole(number)
  return string.format('%.0f', number)
end

-- The error for what cannot be ours, is of another version, or is sealed by a key that the client has not.
local function problem_of(packed)
  if not packed then
    if call('EXISTS', data) == 1 then return redis.error_reply('HEADROOM FOREIGN') end
    return nil
  end
  -- A later version may have a longer state; its first number is the format all the same.
  local format = #packed >= OLD_BYTES[1] and unpack_numbers('>d', packed) or 0
  if format > FORMAT then return redis.error_reply('HEADROOM NEWER ' .. format) end
  if OLD_BYTES[format] == #packed then return redis.error_reply('HEADROOM OLDER') end
  if format ~= FORMAT or #packed ~= STATE_BYTES then return redis.error_reply('HEADROOM FOREIGN') end
  local sealed = unpack_numbers('>d', packed, 81)
  if sealed ~= 0 and not key_ids:find(pack('>I4', sealed - 1), 1, true) then
    return redis.error_reply(key_ids == '' and 'HEADROOM SEALED' or 'HEADROOM OTHER KEY')
  end
end

local function parse(packed)
  if not packed or #packed < ENTRY_BYTES then return nil end
  local expires, number, version, size = unpack_numbers('>dddd', packed)
  return {packed = packed, expires = expires, number = number, version = version, size = size,
    token = packed:sub(41, 48), reference = packed:sub(49, 80)}
end

local function entry_of(key)
  return parse(call('HGET', data, 'e' .. key))
end

local function is_held(reference)
  return call('HEXISTS', holds, reference) == 1
end

local function is_over(entry)
  return entry.expires ~= NEVER and entry.expires < now and not is_held(entry.reference)
end

-- Whether a lease may have ended whose contents are not let go yet: then that is done first.
local function has_ended(packed)
  if not packed or #packed ~= STATE_BYTES then return false end
  local holders, _, lease_due = unpack_numbers('>ddd', packed, 161)
  return holders > 0 and lease_due < now
end

local function is_kept(key)
  return key:byte(1) == 255
end
