-- now. Returns the names of all entries and of all views that are remembered.
local problem = problem_of(call('HGET', data, 's'))
if problem then return problem end
local entries = {}
for _, name in ipairs(call('HKEYS', data)) do
  if name:sub(1, 1) == 'e' then entries[#entries + 1] = name:sub(2) end
end
return {entries, call('HKEYS', seen)}
