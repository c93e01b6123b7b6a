"""What strangers write to get out of the expressions: a seed corpus, each line refused.

Collected by hand: from the escapes known of sandboxes of Python, of template engines and of other
process engines. Every line is refused by the evaluator whatever the data hold.
"""

LINES = r"""
__import__('os').system('id')
__import__
__builtins__
__builtins__['eval']('1')
().__class__.__bases__[0].__subclasses__()
().__class__
[].__class__.__mro__[1]
{}.__class__.__base__
''.__class__.__mro__
(1).__class__
True.__class__
None.__class__
item.__class__
item.__class__.__mro__
item.__dict__
item.__init__
item.__getattribute__('kind')
item.keys()
item.get('kind')
item.pop('kind')
item.update
item.copy
item['kind'].__len__()
item['kind'].upper()
item['__class__']
item['kind']['__class__']
_hidden
item._hidden
＿＿import＿＿('os')
__ｉmport__('os')
ｅｖａｌ('1')
𝐞𝐯𝐚𝐥('1')
𝔢𝔵𝔢𝔠('1')
ｌambda: 1
name.format(item)
name.format_map(item)
name.join(['a'])
name.encode()
name.translate(item)
'{0.__class__}'.format(item)
'%s' % name
'%(a)s' % item
f'{item}'
f'{item.__class__}'
f'{__import__("os")}'
rf'{item}'
lambda: 1
(lambda x: x)(1)
(lambda: (yield))()
[x for x in opinions]
[x for x in ().__class__.__base__.__subclasses__()]
{x for x in opinions}
{x: 1 for x in opinions}
(x for x in opinions)
any(x for x in opinions)
(y := 5)
[y := 1]
len(y := 'a')
[*opinions]
{**item}
len(*opinions)
len(**item)
len(x=1)
get(d=item, k='kind')
eval('1')
exec('1')
compile('1', '', 'eval')
open('/etc/passwd')
input()
print(1)
getattr(item, 'kind')
setattr(item, 'kind', 1)
delattr(item, 'kind')
hasattr(item, 'kind')
globals()
locals()
vars()
dir()
type(item)
type('X', (), {})
object()
super()
breakpoint()
help()
exit()
id(item)
hash(name)
map(len, opinions)
filter(len, opinions)
zip(opinions, opinions)
iter(opinions)
next(opinions)
memoryview(name)
bytes(10)
bytearray(10)
os.system('id')
os['system']
sys.exit()
subprocess.run('id')
len.__self__
len.__call__(name)
len.__globals__
get.__code__
len(item)(1)
(len)(item)(1)
[len][0](name)
item['kind']()
(len or max)(name)
FUNCTIONS['len']
functions
scope
self
environment
task
workflow
my_task
today.__func__
2 ** 10
2 ** 2 ** 2 ** 100
9 ** 9 ** 9 ** 9
pow(9, 9)
1 << 100
1 >> 1
~1
1 | 2
1 & 2
1 ^ 2
1 @ 2
name * 1000000
'a' * 1000000000
[1] * 1000000
[[]] * 99999 * 99999
range(999999999)
range(-999999999, 999999999)
join(range(99999), name + name + name + 'aaaaaaaaaa')
opinions[0:1]
opinions[:]
opinions[::99999999]
opinions[0, 1]
opinions[...]
opinions[99999999]
opinions[0.0]
(1, 2)
()
{1, 2}
{1: 2}
{None: 2}
{limit: 2}
b'bytes'
rb'bytes'
1j
...
Ellipsis
9999999999999999
-9999999999999999
0xffffffffffffffffffff
1e999
-1e999
1e308 * 1e308
1e308 * 10 - 1e308 * 10
yield 1
yield from x
await x
async x
import os
from os import system
x = 1
x += 1
x == 1; y == 2
del x
assert x
raise x
return x
pass
if limit: 1
while 1: 1
for x in opinions: x
with x: x
try: x
class X: pass
def f(): 1
global x
a # b
#
'\x41'
'\u0041'
'\N{BULLET}'
"\
${limit > 1}
#{limit}
{{ 7 * 7 }}
{% debug %}
<%= 7 * 7 %>
${T(java.lang.Runtime).getRuntime().exec('id')}
#{execution.getVariable('x')}
=limit
= limit > 1
=today()
@SUM(1)
a && b
a || b
!ready
a ? b : c
a -> b
a => b
a <> b
limit === 1
limit !== 1
new Date()
"a" + 1
'1' + 1
null + 1
limit > '1'
limit < null
true()
none.x
null.x
limit.x
limit[0]
name['x']
limit is 5
limit is not true
name is name
1 in 2
-name
+null
len(null)
decide('secret', item)
decide(name, item)
decide()
"open
'open
(
)
[limit
item[
limit >
> limit
limit limit
1 2
1_
0777
1__0
item..kind
item.
.kind
item.'kind'
item.1
,
limit,
:
;
`id`
$(id)
$limit
@limit
limit?
""".strip("\n").splitlines()

LONG = [
    "",
    " ",
    "\n\t",
    "\x00",
    "limit\x00> 3",
    "\ud800",
    "'\ud800'",
    "'admin\u202e' == name",
    "\u2066limit\u2069 > 3",
    "limit\u200b > 3",
    "\ufeff\ufefflimit",
    "9" * 1999,
    "9" * 5000,
    "0." + "9" * 5000,
    "1" * 1_000_000,
    "(" * 1999,
    "(" * 999 + "1" + ")" * 999,
    "[" * 100 + "]" * 100,
    "{'a':" * 100 + "1" + "}" * 100,
    "-" * 1999 + "1",
    "- " * 999 + "1",
    "+-" * 999 + "1",
    "not " * 499 + "x",
    "len(" * 300 + "1" + ")" * 300,
    "x" + ".a" * 990,
    "x" + "[0]" * 600,
    "1" + "+1" * 990,
    "1" + "<1" * 990,
    "1 if 1 else " * 150 + "1",
    "x and " * 330 + "x",
    "lambda:" * 280 + "1",
    "f'" * 900,
    "'" * 1999,
    '"' * 1999,
    "[" + "1," * 900 + "]",
    "if " * 600,
    "a" * 1_000_000,
    "字" * 1_000_000,
    "(" * 1_000_000,
    "\n" * 1_000_000,
]

HOSTILE = [*LINES, *LONG]
