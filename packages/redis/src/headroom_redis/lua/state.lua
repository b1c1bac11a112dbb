-- What the scripts that write share. What only few puts need is in writing.lua: to make that takes as
-- long as a small put.

local lose, sweep, evict, expire, leave, hold, forget_gone, try_to_write

-- What a script has done before it fails stays done. So a client's first write tries all that scripts do,
-- on a key that there is none of: where its user may not do one of them, nothing has changed. ZADD comes
-- first, for a server without memory refuses that, and after another write nothing any more.
if ARGV[#ARGV] == '1' then
  local none = data .. ':none'
  for _, command in ipairs({
    {'ZADD', 'XX', 0, ''}, {'DEL'}, {'UNLINK'}, {'EXISTS'}, {'PERSIST'}, {'PEXPIRE', 0}, {'HDEL', ''},
    {'HSET', '', ''}, {'HDEL', ''}, {'HINCRBY', '', 0}, {'HDEL', ''}, {'HEXISTS', ''}, {'HGET', ''},
    {'HKEYS'}, {'HMGET', ''}, {'ZCARD'}, {'ZPOPMIN'}, {'ZRANGE', 0, 0}, {'ZRANGEBYLEX', '-', '+'},
    {'ZRANGEBYSCORE', 0, 0}, {'ZREM', ''}, {'ZREVRANGE', 0, 0}, {'ZSCORE', ''},
  }) do
    call(command[1], none, unpack(command, 2))
  end
end

-- The key by which the client seals, as the state names one: 0 is none.
local own_key = key_ids == '' and 0 or unpack_numbers('>I4', key_ids) + 1

local state
-- The state as it was found.
local packed_before
-- Whether a key came into being, which has no time to live yet.
local created = false

local function packed_state()
  local s = state
  return pack(STATE, FORMAT, s.version, s.cleared, s.entries, s.timed, s.bytes, s.expired,
    s.evicted, s.writes, s.ends, s.sealed, s.due, s.latest, s.gone, s.seen, s.held, s.kept,
    s.parked, s.over, s.lasts, s.holders, s.links, s.lease_due, 0)
end

-- Notes a value under a name, as the newest, and forgets the oldest over the limit. Returns the new
-- count.
local function remember(hash, ages, count, name, value)
  if count == 0 then
    -- Where the order was lost, so is what it ordered: nothing would ever be forgotten.
    call('DEL', hash)
    created = true
  end
  call('HSET', hash, name, value)
  state.writes = state.writes + 1
  count = count + call('ZADD', ages, state.writes, name)
  while count > REMEMBERED do
    call('HDEL', hash, call('ZPOPMIN', ages)[1])
    count = count - 1
  end
  return count
end

local function one_if(count)
  return count > 0 and 1 or 0
end

-- Whether something has expired, or a lease has ended.
local function is_due()
  return now > state.due or (state.holders > 0 and now > state.lease_due)
end

-- Takes the state as it was read. Returns a problem, if any, and whether some of our keys are missing.
local function read_state(packed)
  local problem = problem_of(packed)
  if problem then return problem end
  local s = {}
  if packed then
    local _
    _, s.version, s.cleared, s.entries, s.timed, s.bytes, s.expired, s.evicted, s.writes, s.ends,
      s.sealed, s.due, s.latest, s.gone, s.seen, s.held, s.kept, s.parked, s.over, s.lasts,
      s.holders, s.links, s.lease_due = unpack_numbers(STATE, packed)
  else
    -- Writes are numbered from the time on: where the server lost the count, it goes on growing.
    s = {version = 0, cleared = 0, entries = 0, timed = 0, bytes = 0, expired = 0, evicted = 0,
      writes = now_exactly, ends = 0, sealed = 0, due = FAR, latest = 0, gone = 0, seen = 0,
      held = 0, kept = 0, parked = 0, over = 0, lasts = 0, holders = 0, links = 0, lease_due = FAR}
    created = true
  end
  state, packed_before = s, packed
  local there = call('EXISTS', age, references, expiry, gone_age, seen_age, held_age, holds, leases,
    leased)
  return nil, there ~= one_if(s.entries - s.held) + one_if(s.entries + s.kept)
    + one_if(s.timed - s.parked) + one_if(s.gone) + one_if(s.seen) + one_if(s.held + s.kept)
    + one_if(s.holders) + 2 * one_if(s.links)
end

-- How long the server shall keep the namespace, 0 for ever; nothing where it is told already.
local function end_to_tell()
  local s = state
  if s.entries > s.timed then return s.ends ~= 0 and 0 or nil end
  local ends = math.max(now, s.latest, s.lasts) + KEPT
  if created or ends > s.ends then return ends + SLACK end
end

-- Writes the state, and how long the server shall keep the namespace at least.
local function save()
  local ends = end_to_tell()
  if ends then state.ends = ends end
  call('HSET', data, 's', packed_state())
  if not ends then return end
  for i = 1, #KEYS do
    if ends == 0 then call('PERSIST', KEYS[i]) else call('PEXPIRE', KEYS[i], whole(ends - now)) end
  end
end

-- The writes that have a content, of what is kept as well; at most so many.
local function writes_of(reference, most)
  return call('ZRANGEBYLEX', references, '[' .. reference,
    '(' .. reference .. string.rep('\255', 9), 'LIMIT', 0, most)
end

-- Sets an entry where limits and time find it. It is counted already, and not as held. "before" is what
-- they found there.
local function expose(key, entry, before)
  local was_timed = before and before.expires ~= NEVER
  if not before and state.entries - state.held == 1 then created = true end
  call('ZADD', age, whole(entry.number), key)
  if entry.expires ~= NEVER then
    if not was_timed and state.timed - state.parked == 1 then created = true end
    call('ZADD', expiry, whole(entry.expires), key)
    state.due = math.min(state.due, entry.expires)
  elseif was_timed then
    call('ZREM', expiry, key)
  end
end
