using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>A message to send, and who is notified of its progress.</summary>
/// <param name="Headers">The headers of all its chunks.</param>
/// <param name="Content">The content.</param>
/// <param name="Progress">Gets the number of bytes acknowledged so far; or null.</param>
/// <param name="AllLeaves">Called by the writer loop just before the last chunk is sent; or null.</param>
/// <param name="LogId">What its log lines are marked with; null for nothing.</param>
internal readonly record struct OutgoingMessage(
    MsrpSendHeaders Headers, MsrpOutgoingContent Content, IProgress<long>? Progress = null, Action? AllLeaves = null, string? LogId = null);
