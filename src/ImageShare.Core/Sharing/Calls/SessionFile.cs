using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>A file in a SIP session, and its share.</summary>
internal sealed record SessionFile(RunningFile File, ShareSession Session)
{
    /// <summary>The index of its media section in the session description.</summary>
    public int Section => File.Section;
}
