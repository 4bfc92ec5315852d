using System.Text.RegularExpressions;
using ImageShare.Core.Tests.Documentation;
using Mono.Cecil;
using static ImageShare.Core.Tests.Architecture.CompiledLibrary;

namespace ImageShare.Core.Tests.Architecture;

/// <summary>The walk of one image (docs/architecture.md): which types an image passes, in order, and that the compiled library says the same.</summary>
[TestFixture]
public sealed partial class WalkTests
{
    private const int FewerThan = 25;

    private static readonly Lazy<ILookup<string, TypeDefinition>> TypesByName = new(static () => AllTypes().Where(IsOurs).Where(static t => t.DeclaringType is null).ToLookup(static t => t.Name));

    // Type -> every method of the library it calls, creates or hands on, its closures and state machines included.
    private static readonly Lazy<Dictionary<string, HashSet<MethodReference>>> CallsOf = new(static () =>
        AllTypes().Where(IsOurs).GroupBy(static t => Outermost(t).FullName).ToDictionary(static t => t.Key, static t => t.SelectMany(CompiledLibrary.Calls).Where(static m => IsOurs(m.DeclaringType)).ToHashSet()));

    [TestCase("Sender", "ImageShareClient", "SocketStreamConnection")]
    [TestCase("Receiver", "SocketStreamConnection", "PartialFile")]
    public void Each_type_passes_the_image_to_the_next(string side, string first, string last)
    {
        Step[] walk = Read(side);
        Assert.That(walk[0].Type.Name, Is.EqualTo(first));
        Assert.That(walk[^1].Type.Name, Is.EqualTo(last));
        Assert.That(walk.Skip(1).Where(static step => !Passes(step.From!.Type, step.Type) && !Takes(step.Type, step.From.Type)).Select(static step => $"{step.From!.Type.Name} -> {step.Type.Name}"), Is.Empty, "No call connects these: a type in between is missing.");
    }

    [TestCase("Sender")]
    [TestCase("Receiver")]
    public void It_passes_fewer_than_25_types(string side) => Assert.That(Read(side).Select(static step => step.Type).Distinct().Count(), Is.LessThan(FewerThan));

    [TestCase("Sender")]
    [TestCase("Receiver")]
    public void No_step_leads_back_to_a_folder_it_has_left(string side)
    {
        Step[] walk = Read(side);
        Assert.That(walk.Where(static step => ComesBack(step)).Select(static step => step.Type.Name), Is.Empty);
    }

    [Test]
    public void The_senders_steps_lead_down() => Assert.That(
        Read("Sender").Skip(1).Where(static step => LayerOf(step.From!.Type) != LayerOf(step.Type) && !LayerTests.Arrows[LayerOf(step.From.Type)].Contains(LayerOf(step.Type))).Select(static step => step.Type.Name),
        Is.Empty.Or.All.EqualTo("SocketStreamConnection"));

    [TestCase("Sender")]
    [TestCase("Receiver")]
    public void No_step_leads_sideways(string side) => Assert.That(
        Read(side).Skip(1).Where(static step => !MayKnow(step.From!.Type, step.Type) && !MayKnow(step.Type, step.From.Type)).Select(static step => step.Type.Name), Is.Empty);

    [Test]
    public void The_socket_is_where_it_ends() =>
        Assert.That(References(TypesByName.Value["SocketStreamConnection"].Single()).Select(static t => t.FullName), Does.Contain("System.Net.Sockets.Socket"));

    private static Step[] Read(string side)
    {
        string page = File.ReadAllText(Repository.File("docs/architecture.md"));
        string section = page[page.IndexOf("### The walk of one image", StringComparison.Ordinal)..];
        section = section[section.IndexOf($"\n{side}:\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n\n", section.IndexOf("|---|", StringComparison.Ordinal), StringComparison.Ordinal)];

        List<Step> walk = [];
        foreach (Match row in Row().Matches(section))
        {
            TypeDefinition type = TypesByName.Value[row.Groups["type"].Value].SingleOrDefault() ?? throw new AssertionException($"{row.Groups["type"].Value} is not a type of the library.");
            string from = row.Groups["from"].Value;
            walk.Add(new Step(type, from.Length == 0 ? walk.LastOrDefault() : walk.LastOrDefault(step => step.Type.Name == from) ?? throw new AssertionException($"{from} has no row above {type.Name}.")));
        }

        Assert.That(walk, Has.Count.GreaterThan(10), "The page has no such table any more.");
        return [.. walk];
    }

    // Directly, or through an interface or base class of the other.
    private static bool Passes(TypeDefinition caller, TypeDefinition callee) => CallsTo(caller, callee).Any();

    // By a call that returns it: what is only told of something takes nothing.
    private static bool Takes(TypeDefinition caller, TypeDefinition callee) =>
        CallsTo(caller, callee).Any(static method => method.ReturnType.FullName is not ("System.Void" or "System.Boolean" or "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask"));

    private static IEnumerable<MethodReference> CallsTo(TypeDefinition caller, TypeDefinition callee)
    {
        HashSet<string> faces = [callee.FullName, .. Faces(callee)];
        return CallsOf.Value[caller.FullName].Where(method => faces.Contains(Outermost(method.DeclaringType).FullName));
    }

    private static IEnumerable<string> Faces(TypeDefinition type)
    {
        IEnumerable<TypeReference> own = type.Interfaces.Select(static i => i.InterfaceType).Append(type.BaseType).OfType<TypeReference>().Where(IsOurs);
        return own.SelectMany(static face => Faces(face.Resolve()).Prepend(face.GetElementType().FullName));
    }

    private static bool MayKnow(TypeDefinition one, TypeDefinition other) => LayerOf(one) == LayerOf(other) || LayerTests.Arrows[LayerOf(one)].Contains(LayerOf(other));

    private static bool ComesBack(Step step)
    {
        string layer = LayerOf(step.Type);
        bool hasLeft = false;
        for (Step? before = step.From; before is not null; before = before.From)
        {
            hasLeft |= LayerOf(before.Type) != layer;
            if (hasLeft && LayerOf(before.Type) == layer)
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^\| `(?<type>\w+)` \|[^|]*\| (?:`(?<from>\w+)` )?\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed record Step(TypeDefinition Type, Step? From);
}
