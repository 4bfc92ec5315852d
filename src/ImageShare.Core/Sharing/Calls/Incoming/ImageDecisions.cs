using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>
/// The decisions on the images of an invitation. They are closed when there is one for each image: then the invitation is answered. Not
/// thread-safe; the call guards it.
/// </summary>
internal sealed class ImageDecisions
{
    private readonly Dictionary<CalledShare, ImageAnswer> _accepted = [];
    private readonly Dictionary<CalledShare, int> _refused = [];

    /// <summary>Whether the invitation has been answered or is being answered.</summary>
    public bool AreClosed { get; private set; }

    /// <summary>The accepted images.</summary>
    public KeyValuePair<CalledShare, ImageAnswer>[] Accepted => [.. _accepted];

    /// <summary>The status to refuse the invitation with if no image is accepted: a user's decision takes precedence.</summary>
    public int Refusal => _refused.Values.FirstOrDefault(static status => status == SipStatus.Decline, _refused.Values.FirstOrDefault());

    /// <summary>Accepts an image, unless it was refused.</summary>
    public void Accept(CalledShare share, ImageAnswer answer)
    {
        if (!_refused.ContainsKey(share))
        {
            _accepted[share] = answer;
        }
    }

    /// <summary>Refuses an image, even one that was accepted; false if it is too late, or was refused already.</summary>
    public bool TryRefuse(CalledShare share, int status)
    {
        if (AreClosed || !_refused.TryAdd(share, status))
        {
            return false;
        }

        _accepted.Remove(share);
        return true;
    }

    /// <summary>Closes the decisions if all are made; true once.</summary>
    /// <param name="images">The number of images in the invitation.</param>
    public bool TryClose(int images)
    {
        if (AreClosed || _accepted.Count + _refused.Count < images)
        {
            return false;
        }

        AreClosed = true;
        return true;
    }
}
