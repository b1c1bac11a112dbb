-- now. Returns the names of all that may be sealed.
local problem = problem_of(call('HGET', data, 's'))
if problem then return problem end
local found = {}
for _, name in ipairs(call('HKEYS', data)) do
  local first = name:sub(1, 1)
  if first == 'e' or first == 'o' then found[#found + 1] = name end
end
return found
