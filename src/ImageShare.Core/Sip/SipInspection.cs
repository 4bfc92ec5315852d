namespace ImageShare.Core.Sip;

/// <summary>Finds what is wrong or out of fashion in a message that was read.</summary>
internal static class SipInspection
{
    public static IReadOnlyList<SipWarning> Inspect(SipMessage message) => message.ReaderWarning is { } warning ? [warning] : [];
}
