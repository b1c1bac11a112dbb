-- What the scripts that write share.

local state
-- The state as it was found.
local packed_before
-- Whether a key came into being, which has no time to live yet.
local created = false

local function packed_state()
  local s = state
  return pack(STATE, FORMAT, s.version, s.cleared, s.entries, s.timed, s.bytes, s.expired,
    s.evicted, s.writes, s.ends, s.sealed, s.due, s.latest, s.gone, s.seen, 0)
end

-- A write that a server without memory or disk refuses: before anything is changed. After it, none
-- is refused any more.
local function try_to_write()
  call('HSET', data, 's', packed_before or packed_state())
end

-- Forgets all entries: the server, or somebody else, took some of our keys away.
local function lose()
  try_to_write()
  call('UNLINK', data, age, expiry, references)
  state.evicted = state.evicted + state.entries
  state.entries, state.timed, state.bytes, state.due = 0, 0, 0, FAR
  state.gone, state.seen = call('ZCARD', gone_age), call('ZCARD', seen_age)
  created = true
  packed_before = packed_state()
  call('HSET', data, 's', packed_before)
end

local function one_if(count)
  return count > 0 and 1 or 0
end

-- Reads the state.
local function load()
  local packed = call('HGET', data, 's')
  local problem = problem_of(packed)
  if problem then return problem end
  local s = {}
  if packed then
    local _
    _, s.version, s.cleared, s.entries, s.timed, s.bytes, s.expired, s.evicted, s.writes, s.ends,
      s.sealed, s.due, s.latest, s.gone, s.seen = unpack_numbers(STATE, packed)
  else
    -- Writes are numbered from the time on: where the server lost the count, it goes on growing.
    s = {version = 0, cleared = 0, entries = 0, timed = 0, bytes = 0, expired = 0, evicted = 0,
      writes = now_exactly, ends = 0, sealed = 0, due = FAR, latest = 0, gone = 0, seen = 0}
    created = true
  end
  state, packed_before = s, packed
  local there = call('EXISTS', age, references, expiry, gone_age, seen_age)
  if there ~= 2 * one_if(s.entries) + one_if(s.timed) + one_if(s.gone) + one_if(s.seen) then
    lose()
  end
end

-- Writes the state, and how long the server shall keep the namespace at least.
local function save()
  local s = state
  if s.entries > s.timed then
    if s.ends ~= 0 then
      s.ends = 0
      for i = 1, 8 do call('PERSIST', KEYS[i]) end
    end
    call('HSET', data, 's', packed_state())
    return
  end
  local ends = math.max(now, s.latest) + KEPT
  local set = created or ends > s.ends
  if set then s.ends = ends + SLACK end
  call('HSET', data, 's', packed_state())
  if set then
    for i = 1, 8 do call('PEXPIRE', KEYS[i], whole(s.ends - now)) end
  end
end

-- A version above all that this namespace gave out, also where the server has lost its count.
local function next_version()
  state.version = math.max(state.version + 1, now_exactly)
  return state.version
end

-- Takes an entry out of the counts, and away its original where no other entry has it.
local function forget_entry(key, entry)
  call('ZREM', references, entry.reference .. pack('>d', entry.number))
  local same = call('ZRANGEBYLEX', references, '[' .. entry.reference,
    '(' .. entry.reference .. string.rep('\255', 9), 'LIMIT', 0, 1)
  if #same == 0 then
    call('HDEL', data, 'o' .. entry.reference)
    state.bytes = state.bytes - entry.size
  end
  state.entries = state.entries - 1
end

local function drop(key, entry)
  call('ZREM', age, key)
  if entry.expires ~= NEVER then
    call('ZREM', expiry, key)
    state.timed = state.timed - 1
  end
  call('HDEL', data, 'e' .. key, 'v' .. key)
  forget_entry(key, entry)
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

-- The reason is a letter: a for absent, d deleted, x expired, v evicted.
local function note_gone(key, reason, at, version, token)
  local value = pack('>dd', at, version) .. reason .. token
  state.gone = remember(gone, gone_age, state.gone, key, value)
end

local function note_seen(view_reference, reference)
  state.seen = remember(seen, seen_age, state.seen, view_reference, reference)
end

local function forget_gone(key)
  call('HDEL', gone, key)
  state.gone = state.gone - call('ZREM', gone_age, key)
end

local function expire(key, entry)
  drop(key, entry)
  note_gone(key, 'x', entry.expires, entry.version, '')
  state.expired = state.expired + 1
end

-- Clears away what has expired; true where there may be more of it. "due" is never later than the
-- first expiry.
local function sweep()
  if now <= state.due then return false end
  try_to_write()
  local due = call('ZRANGEBYSCORE', expiry, '-inf', '(' .. whole(now), 'LIMIT', 0, SWEPT)
  for _, key in ipairs(due) do
    local entry = entry_of(key)
    if not entry then
      lose()
      return false
    end
    expire(key, entry)
  end
  local first = call('ZRANGE', expiry, 0, 0, 'WITHSCORES')[2]
  state.due = first and tonumber(first) or FAR
  return now > state.due
end

-- Evicts the oldest over the limits, what has expired before what lives; true where more is left.
local function evict(max_entries, max_bytes)
  local left = EVICTED
  local swept = false
  while state.entries > 1 and (
    (max_entries and state.entries > max_entries) or (max_bytes and state.bytes > max_bytes)
  ) do
    if left <= 0 then return true end
    if not swept then
      swept = not sweep()
      left = left - SWEPT
    else
      local key = call('ZRANGE', age, 0, 0)[1]
      local entry = entry_of(key)
      if not entry then
        lose()
        return false
      end
      drop(key, entry)
      note_gone(key, 'v', now, entry.version, '')
      state.evicted = state.evicted + 1
      left = left - 1
    end
  end
  return false
end
