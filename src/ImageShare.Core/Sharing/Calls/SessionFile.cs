using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>A file of a SIP session, and the share of it.</summary>
internal sealed record SessionFile(RunningFile File, ShareSession Session)
{
    /// <summary>The index of its section in the session description.</summary>
    public int Section => File.Section;
}
