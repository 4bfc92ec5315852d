using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>A message to send, and who is told of its progress.</summary>
/// <param name="Headers">The headers of all its chunks.</param>
/// <param name="Content">The content.</param>
/// <param name="Progress">Told of the bytes acknowledged so far; or null.</param>
/// <param name="AllLeaves">Called by the writer loop when the last chunk is about to leave; or null.</param>
internal readonly record struct OutgoingMessage(
    MsrpSendHeaders Headers, MsrpOutgoingContent Content, IProgress<long>? Progress = null, Action? AllLeaves = null);
