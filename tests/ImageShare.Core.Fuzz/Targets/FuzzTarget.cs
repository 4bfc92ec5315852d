namespace ImageShare.Core.Fuzz.Targets;

/// <summary>Something that takes any bytes. It throws if the code under test does, or if it breaks a rule; everything else is fine.</summary>
internal sealed record FuzzTarget(string Name, Action<byte[]> Run)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("sip", SipTarget.Run),
        new("sdp", SdpTarget.Run),
        new("msrp", MsrpTarget.Run),
        new("multipart", MultipartTarget.Run),
        new("cpim", CpimTarget.Run),
        new("session", SessionTarget.Run),
    ];

    public static FuzzTarget Named(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target {name}; there are: {string.Join(", ", All.Select(static target => target.Name))}.");
}

/// <summary>The code under test returned, but what it returned breaks a rule.</summary>
public sealed class BrokenRuleException(string message) : Exception(message);

/// <summary>What a target checks.</summary>
internal static class Rule
{
    public static void Holds(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BrokenRuleException(rule);
        }
    }
}
