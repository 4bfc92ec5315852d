using Mono.Cecil;
using static ImageShare.Core.Tests.Architecture.CompiledLibrary;

namespace ImageShare.Core.Tests.Architecture;

/// <summary>Reads the compiled library and follows every reference: arrows point down and never across (docs/architecture.md).</summary>
[TestFixture]
[Parallelizable]
public sealed class LayerTests
{
    // The words every layer may use: the one exception type and its codes.
    private static readonly HashSet<string> Vocabulary = ["ImageShare.Core.ImageShareException", "ImageShare.Core.ImageShareError"];

    // Layer -> the layers it may use beside itself. "" is the root namespace, which ties everything together.
    internal static readonly Dictionary<string, string[]> Arrows = new()
    {
        [""] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Sharing.Offers", "Sharing.Peers", "Sharing.Sessions", "Sharing.Media", "Sharing.Calls", "Sharing.Calls.Outgoing", "Sharing.Calls.Incoming", "Images", "Images.Stores", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Authentication", "Sip.Names", "Sip.Transport", "Sip.UserAgents", "Sip.UserAgents.Settings", "Sip.UserAgents.Registration", "Sip.Registration", "Msrp", "Msrp.Relays", "Msrp.Transfers", "Msrp.Sessions", "Net", "Text", "Diagnostics"],
        ["Sharing"] = ["Images", "Images.Stores", "Sip", "Sip.Headers", "Sip.Messages", "Sdp", "Sdp.Attributes", "Text", "Text.Conversion"],
        ["Sharing.StateMachine"] = ["Sharing", "Sip"],
        ["Sharing.Endings"] = ["Sharing", "Sharing.StateMachine", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Dialogs", "Sip.Authentication", "Msrp", "Msrp.Relays", "Msrp.Transfers", "Msrp.Sessions", "Text"],
        ["Sharing.Offers"] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Images", "Images.Stores", "Bodies", "Bodies.Unwrapping", "Bodies.Cpim", "Sip", "Sip.Headers", "Sip.Messages", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Text"],
        ["Sharing.Peers"] = ["Sharing", "Sharing.Offers", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Transport", "Net", "Text", "Diagnostics"],
        ["Sharing.Sessions"] = ["Sharing", "Sharing.StateMachine", "Sharing.Offers", "Sharing.Peers", "Images", "Images.Stores", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Transport", "Sip.UserAgents", "Msrp", "Msrp.Relays", "Msrp.Transfers", "Msrp.Sessions", "Net", "Text", "Diagnostics"],
        ["Sharing.Media"] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Sharing.Offers", "Sharing.Sessions", "Images", "Images.Stores", "Bodies", "Bodies.Unwrapping", "Bodies.Cpim", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Sip", "Sip.Messages", "Msrp", "Msrp.Relays", "Msrp.Transfers", "Msrp.Sessions", "Net", "Text", "Diagnostics"],
        ["Sharing.Calls"] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Sharing.Offers", "Sharing.Sessions", "Sharing.Media", "Sdp", "Sdp.Attributes", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Dialogs", "Sip.UserAgents.Requests", "Sip.UserAgents.Sessions", "Msrp", "Msrp.Relays", "Msrp.Transfers", "Msrp.Sessions", "Text", "Diagnostics"],
        ["Sharing.Calls.Outgoing"] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Sharing.Offers", "Sharing.Peers", "Sharing.Sessions", "Sharing.Media", "Sharing.Calls", "Images", "Images.Stores", "Bodies", "Bodies.Unwrapping", "Bodies.Cpim", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Dialogs", "Sip.Authentication", "Sip.Transport", "Sip.UserAgents.Transactions", "Sip.UserAgents", "Sip.UserAgents.Requests", "Sip.UserAgents.Sessions", "Sip.UserAgents.Calls", "Msrp", "Net", "Text", "Diagnostics"],
        ["Sharing.Calls.Incoming"] = ["Sharing", "Sharing.StateMachine", "Sharing.Endings", "Sharing.Offers", "Sharing.Peers", "Sharing.Sessions", "Sharing.Media", "Sharing.Calls", "Images", "Images.Stores", "Bodies", "Bodies.Unwrapping", "Bodies.Cpim", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Dialogs", "Sip.Authentication", "Sip.Transport", "Sip.UserAgents", "Sip.UserAgents.Requests", "Sip.UserAgents.Sessions", "Sip.UserAgents.Calls", "Msrp", "Net", "Text", "Diagnostics"],
        ["Sip"] = ["Text", "Text.Conversion"],
        ["Sip.Headers"] = ["Sip", "Text", "Text.Conversion"],
        ["Sip.Messages"] = ["Sip", "Sip.Headers", "Text"],
        ["Sip.Messages.Reading"] = ["Sip", "Sip.Headers", "Sip.Messages", "Text"],
        ["Sip.Transactions"] = ["Sip", "Sip.Headers", "Sip.Messages", "Text"],
        ["Sip.Dialogs"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Transactions", "Text"],
        ["Sip.Authentication"] = ["Sip", "Sip.Headers", "Sip.Messages", "Authentication", "Text"],
        ["Sip.Registration"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Authentication", "Text"],
        ["Sip.Names"] = ["Sip", "Net", "Text"],
        ["Sip.Transport.Timers"] = [],
        ["Sip.Transport"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Messages.Reading", "Sip.Names", "Sip.Transport.Timers", "Net", "Net.Listening", "Text", "Diagnostics"],
        ["Sip.UserAgents.Settings"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Transactions", "Sip.Dialogs", "Sip.Authentication", "Text"],
        ["Sip.UserAgents.Loop"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Transport", "Sip.UserAgents.Settings", "Text"],
        ["Sip.UserAgents.Transactions"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Messages.Reading", "Sip.Transactions", "Sip.Dialogs", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Text"],
        ["Sip.UserAgents.Requests"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Transactions", "Sip.Dialogs", "Sip.Authentication", "Authentication", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Sip.UserAgents.Transactions", "Text"],
        ["Sip.UserAgents.Sessions"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Transactions", "Sip.Dialogs", "Sip.Authentication", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Sip.UserAgents.Transactions", "Sip.UserAgents.Requests", "Text"],
        ["Sip.UserAgents.Calls"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Messages.Reading", "Sip.Transactions", "Sip.Dialogs", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Sip.UserAgents.Transactions", "Sip.UserAgents.Requests", "Sip.UserAgents.Sessions", "Text"],
        ["Sip.UserAgents.Registration"] = ["Sip", "Sip.Headers", "Sip.Messages", "Sip.Dialogs", "Sip.Authentication", "Sip.Registration", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Sip.UserAgents.Requests", "Text", "Diagnostics"],
        ["Sip.UserAgents"] = ["Sip", "Sip.Registration", "Sip.UserAgents.Registration", "Sip.Headers", "Sip.Messages", "Sip.Messages.Reading", "Sip.Transactions", "Sip.Dialogs", "Sip.Transport", "Sip.UserAgents.Settings", "Sip.UserAgents.Loop", "Sip.UserAgents.Transactions", "Sip.UserAgents.Requests", "Sip.UserAgents.Sessions", "Sip.UserAgents.Calls", "Text"],
        ["Sdp"] = ["Sdp.Attributes", "Sdp.FileTransfer", "Sdp.Lines", "Text"],
        ["Sdp.FileTransfer"] = ["Sdp.Lines", "Text"],
        ["Sdp.Attributes"] = ["Sdp.Lines", "Text"],
        ["Sdp.Lines"] = ["Text"],
        ["Bodies"] = ["Text"],
        ["Bodies.Cpim"] = ["Bodies", "Text"],
        ["Bodies.Unwrapping"] = ["Bodies", "Bodies.Cpim", "Text"],
        ["Images"] = ["Text"],
        ["Images.Stores"] = ["Images", "Text"],
        ["Msrp"] = ["Text"],
        ["Msrp.Framing"] = ["Msrp", "Text"],
        ["Msrp.Tracing"] = ["Msrp", "Msrp.Framing", "Text"],
        ["Msrp.Transfers"] = ["Msrp", "Msrp.Framing", "Msrp.Tracing", "Text"],
        ["Msrp.Relays"] = ["Msrp", "Msrp.Framing", "Authentication", "Text"],
        ["Msrp.Writing"] = ["Msrp", "Msrp.Framing", "Msrp.Transfers", "Msrp.Relays", "Text"],
        ["Msrp.Connections"] = ["Msrp", "Msrp.Framing", "Msrp.Tracing", "Msrp.Transfers", "Msrp.Relays", "Msrp.Writing", "Net", "Text", "Diagnostics"],
        ["Msrp.Sessions"] = ["Msrp", "Msrp.Framing", "Msrp.Transfers", "Msrp.Relays", "Msrp.Connections", "Net", "Net.Listening", "Text", "Diagnostics"],
        ["Authentication"] = ["Text"],
        ["Net"] = ["Net.Sockets", "Text"],
        ["Net.Sockets"] = [],
        ["Net.Listening"] = [],
        ["Diagnostics"] = ["Text"],
        ["Text"] = ["Text.Conversion"],
        ["Text.Conversion"] = [],
    };

    // Layers of values, readers, writers and machines: they must not wait, look at a clock, or log.
    private static readonly string[] PureLayers =
        ["Text", "Text.Conversion", "Authentication", "Sip", "Sip.Headers", "Sip.Messages", "Sip.Messages.Reading", "Sip.Transactions", "Sip.Dialogs", "Sip.Authentication", "Sip.Registration", "Sdp", "Sdp.Attributes", "Sdp.FileTransfer", "Sdp.Lines", "Bodies", "Bodies.Cpim", "Bodies.Unwrapping", "Msrp", "Msrp.Framing", "Sharing.StateMachine", "Sharing.Offers"];

    private const string Tasks = "System.Threading.Tasks.";
    private const string Stream = "System.IO.Stream";

    // What an application plugs in below may take its time: it is named there, and awaited by Sip/UserAgents/Requests.
    // MimeKit reads from a stream and writes to one, in memory, and when a body comes in pieces its reading goes on, without a thread, with the next piece: the
    // reading of a piece is awaited from the stream up to whoever gave it. A result that comes once is awaited by others; it waits for nobody. Each of these may use what stands beside it and nothing else.
    private static readonly Dictionary<string, string[]> Seams = new()
    {
        ["ImageShare.Core.Sip.Authentication.AkaAuthenticator"] = [Tasks],
        ["ImageShare.Core.Text.SingleResult`1"] = [Tasks],
        ["ImageShare.Core.Bodies.EntityStream"] = [Tasks, Stream],
        ["ImageShare.Core.Bodies.EntityReader"] = [Stream],
        ["ImageShare.Core.Bodies.MultipartWriter"] = [Stream],
        ["ImageShare.Core.Bodies.Cpim.CpimReader"] = [Stream],
        ["ImageShare.Core.Bodies.Unwrapping.MultipartStage"] = [Tasks],
        ["ImageShare.Core.Bodies.Unwrapping.CpimStage"] = [Tasks],
        ["ImageShare.Core.Bodies.Unwrapping.ContentStage"] = [Tasks],
        ["ImageShare.Core.Bodies.Unwrapping.IUnwrapStage"] = [Tasks],
        ["ImageShare.Core.Bodies.Unwrapping.BodyUnwrapper"] = [Tasks],
    };

    private static readonly string[] ImpureTypes =
    [
        Tasks, Stream, "System.Threading.Thread", "System.Threading.Timer", "System.Threading.Monitor", "System.Threading.Lock",
        "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Net.Sockets.Socket", "System.Net.Sockets.Udp", "System.Net.Sockets.Tcp", "System.IO.File", "Microsoft.Extensions.Logging.",
    ];

    [Test]
    public void Every_layer_is_known()
    {
        string[] unknown = [.. Library.Types.Where(t => IsOurs(t)).Select(LayerOf).Distinct().Where(l => !Arrows.ContainsKey(l))];
        Assert.That(unknown, Is.Empty, "A new folder needs its place, and its arrows, in this test and in docs/architecture.md.");
    }

    [Test]
    public void No_layer_reaches_up_or_across()
    {
        var wrong = new SortedSet<string>();
        foreach (TypeDefinition type in AllTypes().Where(IsOurs))
        {
            string from = LayerOf(type);
            foreach (TypeReference used in References(type))
            {
                if (!IsOurs(used) || Vocabulary.Contains(used.FullName))
                {
                    continue;
                }

                string to = LayerOf(used);
                if (to != from && Arrows.TryGetValue(from, out string[]? allowed) && !allowed.Contains(to))
                {
                    wrong.Add($"{type.FullName} -> {used.FullName}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Arrows_never_come_back()
    {
        // What each layer really uses, its own words and those of all left out.
        Dictionary<string, HashSet<string>> used = AllTypes().Where(IsOurs).GroupBy(LayerOf).ToDictionary(
            static layer => layer.Key,
            static layer => layer.SelectMany(References).Where(t => IsOurs(t) && !Vocabulary.Contains(t.FullName)).Select(LayerOf).Where(to => to != layer.Key).ToHashSet());
        List<string> left = [.. used.Keys];
        while (left.RemoveAll(layer => !used[layer].Any(left.Contains)) > 0)
        {
            // From the bottom up: a layer whose arrows all lead to what was taken away is taken away.
        }

        Assert.That(left.Where(layer => used[layer].Any(to => left.Contains(to) && Reaches(used, to, layer))), Is.Empty, "These lead back to themselves.");
    }

    private static bool Reaches(Dictionary<string, HashSet<string>> used, string from, string to)
    {
        HashSet<string> seen = [from];
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out string? layer))
        {
            if (layer == to)
            {
                return true;
            }

            foreach (string next in used[layer].Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return false;
    }

    [Test]
    public void Codecs_and_machines_neither_wait_nor_look_at_a_clock_nor_log()
    {
        var wrong = new SortedSet<string>();
        HashSet<(string, string)> taken = [];
        foreach (TypeDefinition type in AllTypes().Where(IsOurs).Where(t => PureLayers.Contains(LayerOf(t))))
        {
            string[] needed = Seams.GetValueOrDefault(Outermost(type).FullName, []);
            foreach (TypeReference used in References(type))
            {
                string? impure = ImpureTypes.FirstOrDefault(prefix => used.FullName.StartsWith(prefix, StringComparison.Ordinal));
                if (impure is not null && needed.Contains(impure))
                {
                    taken.Add((Outermost(type).FullName, impure));
                }
                else if (impure is not null)
                {
                    wrong.Add($"{type.FullName} -> {used.FullName}");
                }
            }

            foreach (MethodReference call in Calls(type))
            {
                if (call.DeclaringType.FullName is "System.DateTime" or "System.DateTimeOffset" && call.Name is "get_Now" or "get_UtcNow")
                {
                    wrong.Add($"{type.FullName} -> {call.FullName}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(taken, Is.EquivalentTo(Seams.SelectMany(s => s.Value.Select(needed => (s.Key, needed)))), "What is no longer needed is no longer allowed.");
    }

    [Test]
    public void Only_Net_touches_a_socket()
    {
        string[] wrong =
        [
            .. AllTypes().Where(IsOurs).Where(t => LayerOf(t) is not ("Net" or "Net.Sockets"))
                .SelectMany(t => References(t).Where(r => r.FullName is "System.Net.Sockets.Socket" or "System.Net.Sockets.NetworkStream" or "System.Net.Security.SslStream")
                    .Select(r => $"{t.FullName} -> {r.FullName}"))
                .Distinct(),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Only_Bodies_knows_MimeKit()
    {
        string[] wrong =
        [
            .. AllTypes().Where(IsOurs).Where(t => !LayerOf(t).StartsWith("Bodies", StringComparison.Ordinal))
                .Where(t => References(t).Any(r => r.FullName.StartsWith("MimeKit.", StringComparison.Ordinal)))
                .Select(t => t.FullName),
        ];
        Assert.That(wrong, Is.Empty);
        Assert.That(AllTypes().Where(IsOurs).Where(t => t.IsPublic && References(t).Any(r => r.FullName.StartsWith("MimeKit.", StringComparison.Ordinal))).Select(t => t.Name), Is.Empty.Or.All.EqualTo("ContentIdUrl"), "nor does a caller");
    }

    [Test]
    public void Only_Names_knows_DnsClient() => Assert.That(
        AllTypes().Where(IsOurs).Where(t => t.Name != "DnsSipResolver" && t.DeclaringType?.Name != "DnsSipResolver")
            .Where(t => References(t).Any(r => r.FullName.StartsWith("DnsClient.", StringComparison.Ordinal))).Select(t => t.FullName),
        Is.Empty);

    [Test]
    public void Every_class_is_sealed_static_or_a_closed_family()
    {
        string[] open =
        [
            .. AllTypes().Where(IsOurs)
                .Where(t => t.IsClass && !t.IsSealed && !t.IsAbstract && !t.Name.Contains('<', StringComparison.Ordinal))
                .Select(t => t.FullName),
        ];
        Assert.That(open, Is.Empty);
    }
}
