namespace ImageShare.Core.Sharing;

/// <summary>Why an invitation is declined, as told to the caller.</summary>
public enum DeclineReason
{
    /// <summary>The user does not want the image (603, IR.79 §3.4).</summary>
    ByUser,

    /// <summary>The user is busy (486).</summary>
    Busy,

    /// <summary>The image cannot be stored, for example because the disk is full or the folder is not writable (500).</summary>
    NotStorable,
}
